// SPDX-License-Identifier: Apache-2.0
// The page of a sweep.
'use strict';
(() => {
    const el = iopf4j.el;
    const data = iopf4j.data;
    const [first, second] = data.axes;
    const width = first.values.length;
    const points = data.points;
    const done = points.filter((point) => point !== null);
    const hasOffender = data.offender !== '';
    const broken = done.filter((point) => point.broken.length > 0);
    const at = (index) => first.name + ' ' + first.words[index % width]
        + (second ? ', ' + second.name + ' ' + second.words[Math.floor(index / width)] : '');
    const isWell = (point) => point !== null && point.harmed.length === 0;
    const plural = (number, noun) => iopf4j.count(number) + ' ' + noun + (number === 1 ? '' : 's');
    const those = hasOffender ? 'all others' : 'all VMs';

    // Neighbours in a line of the first axis that harm nobody: '2 to 63, 80'.
    const harmless = (line) => {
        const found = [];
        for (let i = 0; i < width; i++) {
            if (!isWell(points[line * width + i])) {
                continue;
            }
            const from = i;
            while (i + 1 < width && isWell(points[line * width + i + 1])) {
                i++;
            }
            found.push(first.words[from] + (i > from ? ' to ' + first.words[i] : ''));
        }
        return found.join(', ');
    };

    // ---- Summary ----------------------------------------------------------------------------------

    const summary = iopf4j.section('Answer', 'The smallest value with which '
        + (hasOffender ? 'every VM but ' + data.offender : 'every VM') + ' is unharmed: '
        + data.meaning + '.');
    const answer = data.answer >= 0 ? at(data.answer) : 'none';
    const closest = data.closest >= 0 && data.answer < 0 && !data.isIdle
        ? at(data.closest) + ' comes closest' : '';
    iopf4j.tiles(summary, [
        {label: done.length < points.length ? 'Smallest so far' : 'Smallest that harms nobody',
            value: answer, tone: data.answer >= 0 ? 'good' : 'bad',
            note: data.isIdle ? 'nothing is at stake' : closest},
        {label: 'Harm nobody', value: iopf4j.count(done.filter(isWell).length),
            note: 'of ' + plural(done.length, 'run')
                + (second || harmless(0) === '' ? '' : ': ' + harmless(0))},
        {label: 'Offender', value: hasOffender ? data.offender : 'none', note: hasOffender
            ? 'up to ' + plural(data.offenderMost, 'fault') + ' outstanding without policy' : ''},
        {label: 'Runs', value: iopf4j.count(done.length) + ' of ' + iopf4j.count(points.length),
            tone: done.length < points.length ? 'bad' : '',
            note: done.length < points.length ? 'interrupted' : 'all done'},
        {label: 'Invariants', value: broken.length === 0 ? 'all hold' : 'broken',
            tone: broken.length === 0 ? 'good' : 'bad',
            note: broken.length === 0 ? 'in each run' : 'in ' + plural(broken.length, 'run')},
    ]);
    const halves = el('div', {class: 'halves'});
    const half = (title, facts) => {
        const box = el('div', {}, el('h3', {text: title}));
        halves.append(box);
        iopf4j.facts(box, facts);
    };
    if (data.source.length > 0) {
        half('What was recorded', data.source);
    }
    half('How it was run', [['semantics', data.semantics], ['hardware', data.iommu],
        ['policy', data.policy || 'as the scenario says, else none'], ['seed', String(data.seed)],
        ['unharmed', data.criterion + ': ' + data.meaning],
        ...data.axes.map((axis) => ['range', axis.name + ' ' + axis.range + ': '
            + plural(axis.values.length, 'value')])]);
    summary.append(halves);
    for (const warning of data.warnings) {
        summary.append(el('p', {class: 'warning', text: 'Warning: ' + warning}));
    }

    // ---- One range --------------------------------------------------------------------------------

    const chart = () => {
        const part = iopf4j.section('Over the range',
            'Drag across a chart to look closer, double-click for the whole range.');
        const known = first.values.map((unused, i) => i).filter((i) => points[i] !== null);
        const values = known.map((i) => first.values[i]);
        const least = values[0];
        const most = values[values.length - 1];
        const isLog = least > 0 && most / least > 100;
        const write = (value) => first.isOfTimes ? iopf4j.time(Math.round(value))
            : iopf4j.count(+value.toPrecision(6));
        const x = {label: first.name, values, log: isLog, format: write,
            ...(isLog ? {splits: iopf4j.decades} : {})};
        const of = (key, by = 1) => known.map((i) => points[i][key] / by);
        const mark = data.answer < 0 ? undefined
            : {name: first.words[data.answer], at: first.values[data.answer]};
        iopf4j.curves(part, {
            title: 'Faults',
            description: 'Answer: ' + answer + '. The table below has the numbers.',
            x,
            y: {label: 'faults', whole: true, format: (v) => iopf4j.count(+v.toPrecision(6))},
            points: known.length <= 64,
            mark,
            series: [
                {name: 'lost by ' + those, mark: 1, values: of('lost')},
                {name: 'answered to ' + those, mark: 0, values: of('answered')},
                ...(hasOffender ? [
                    {name: 'answered to ' + data.offender, mark: 2, values: of('itsAnswered')},
                    {name: 'ended of ' + data.offender, mark: 3, values: of('itsEnded')}] : []),
            ],
        });
        const longest = Math.max(1, ...of('p99'), ...of('wait'));
        const [unit, size] = iopf4j.timeUnit(longest);
        iopf4j.curves(part, {
            title: 'Times of ' + those,
            description: 'Of the VM that is worst off.',
            x,
            y: {label: unit, format: (v) => String(+v.toPrecision(5))},
            points: known.length <= 64,
            mark,
            series: [
                {name: 'p99 from raised to answered', mark: 0, values: of('p99', size)},
                {name: 'longest wait for the shared hardware', mark: 1, values: of('wait', size)},
            ],
        });
    };

    // ---- Two ranges -------------------------------------------------------------------------------

    const tell = (index) => {
        const point = points[index];
        if (point === null) {
            return at(index) + ': was not run';
        }
        const harm = point.harmed.length === 0 ? 'harms nobody'
            : 'harms ' + point.harmed.slice(0, 8).join(', ')
                + (point.harmed.length > 8 ? ' and ' + (point.harmed.length - 8) + ' more' : '');
        return at(index) + ': ' + harm + '; ' + those + ': ' + plural(point.answered, 'fault')
            + ' answered, ' + iopf4j.count(point.lost) + ' lost, p99 ' + iopf4j.time(point.p99)
            + ', longest wait ' + iopf4j.time(point.wait)
            + (hasOffender ? '; ' + data.offender + ': ' + iopf4j.count(point.itsAnswered)
                + ' answered, ' + iopf4j.count(point.itsEnded) + ' ended' : '');
    };

    const map = () => {
        const part = iopf4j.section('Map', 'How many VMs each pair of values harms; a tick marks the'
            + ' smallest ' + first.name + ' of each row that harms nobody. Point at a cell, or walk'
            + ' with the arrows, to see whom.');
        const said = el('p', {class: 'said', role: 'status', text: data.answer >= 0
            ? tell(data.answer) : '\u00a0'});
        const all = Math.max(1, data.vms.length);
        const cells = [];
        const cell = (index, isSmallest) => {
            const point = points[index];
            const count = point === null ? -1 : point.harmed.length;
            const level = count < 0 ? 'unknown' : count === 0 ? 'none'
                : String(Math.min(4, Math.ceil(4 * count / all)));
            const made = el('td', {class: 'heat heat-' + level + (isSmallest ? ' smallest' : ''),
                tabindex: index === Math.max(0, data.answer) ? '0' : '-1', title: tell(index),
                'data-run': index, text: count < 0 ? '?' : isSmallest ? '\u2713'
                    : count === 0 ? '\u00b7' : String(count)});
            cells[index] = made;
            return made;
        };
        const rows = second.words.map((word, line) => {
            let isFound = false;
            return el('tr', {}, el('th', {scope: 'row', text: word}),
                ...first.words.map((unused, i) => {
                    const isSmallest = !isFound && isWell(points[line * width + i]);
                    isFound = isFound || isSmallest;
                    return cell(line * width + i, isSmallest);
                }));
        });
        const table = el('table', {class: 'map', 'aria-label': 'VMs harmed by ' + first.name
            + ' and ' + second.name},
        el('thead', {}, el('tr', {}, el('th', {scope: 'col',
            text: second.name + ' \\ ' + first.name}),
        ...first.words.map((word) => el('th', {scope: 'col', text: word})))),
        el('tbody', {}, ...rows));
        const show = (event) => {
            const run = event.target.dataset.run;
            if (run !== undefined) {
                said.textContent = tell(Number(run));
            }
        };
        table.addEventListener('mouseover', show);
        table.addEventListener('focusin', show);
        table.addEventListener('keydown', (event) => {
            const index = Number(event.target.dataset.run);
            const by = {ArrowLeft: index % width > 0 ? -1 : 0,
                ArrowRight: index % width < width - 1 ? 1 : 0, ArrowUp: -width, ArrowDown: width};
            const next = cells[index + by[event.key]];
            if (next !== undefined) {
                event.preventDefault();
                event.target.setAttribute('tabindex', '-1');
                next.setAttribute('tabindex', '0');
                next.focus();
            }
        });
        const sample = (level, text, what) => el('span', {class: 'heat-sample'},
            el('span', {class: 'heat heat-' + level, 'aria-hidden': 'true', text}), ' ' + what);
        part.append(el('div', {class: 'wide'}, table), said, el('p', {class: 'heat-legend'},
            sample('none', '\u00b7', 'harms nobody'), sample('1', '1', 'up to a quarter of the VMs'),
            sample('2', '2', 'up to half'), sample('3', '3', 'up to three quarters'),
            sample('4', '4', 'more'), sample('unknown', '?', 'not run')));
    };

    // An interrupted sweep says nothing of what it did not run.
    const noneOf = (line) => {
        const row = points.slice(line * width, (line + 1) * width);
        const ran = row.filter((point) => point !== null).length;
        return ran === 0 ? 'not run' : ran < width ? 'none so far' : 'none';
    };

    const smallest = () => {
        const part = iopf4j.section('For each ' + second.name);
        iopf4j.grid(part, {
            label: 'Values of ' + first.name + ' that harm nobody, for each ' + second.name,
            columns: [{label: second.name}, {label: first.name + ' that harms nobody'}],
            rows: second.words.map((word, line) => [word, harmless(line) || noneOf(line)]),
        });
    };

    if (second) {
        map();
        smallest();
    } else {
        chart();
    }

    // ---- Runs -------------------------------------------------------------------------------------

    const runs = iopf4j.section('Runs', 'Lost are faults of ' + those + ' that their guests would'
        + ' have answered, and those that were never raised since a device waited in vain.');
    const index = points.map((unused, i) => i).filter((i) => points[i] !== null);
    const number = (key, write = iopf4j.count) => ({align: 'right', width: '88px',
        text: (row) => write(points[index[row]][key]), key: (row) => points[index[row]][key]});
    iopf4j.table(runs, {
        label: 'Runs',
        count: index.length,
        search: true,
        sort: [0, false],
        columns: [
            {label: first.name, width: '126px', text: (row) => first.words[index[row] % width], align: 'right',
                key: (row) => first.values[index[row] % width]},
            ...(second ? [{label: second.name, align: 'right', width: '126px',
                text: (row) => second.words[Math.floor(index[row] / width)],
                key: (row) => second.values[Math.floor(index[row] / width)]}] : []),
            {label: 'harms', align: 'right', title: 'So many VMs', width: '72px',
                text: (row) => iopf4j.count(points[index[row]].harmed.length),
                key: (row) => points[index[row]].harmed.length},
            {label: 'whom', text: (row) => points[index[row]].harmed.join(', ')},
            {label: 'answered', ...number('answered')},
            {label: 'lost', ...number('lost')},
            {label: 'p99', ...number('p99', iopf4j.time)},
            {label: 'longest wait', ...number('wait', iopf4j.time), width: '112px'},
            ...(hasOffender ? [{label: 'its answered', ...number('itsAnswered'), width: '112px'},
                {label: 'its ended', ...number('itsEnded'), width: '94px'}] : []),
            {label: 'stalled', ...number('stalled')},
            {label: 'queued', ...number('queued')},
        ],
        filters: [{label: 'Harm', options: ['nobody', 'somebody'],
            of: (row) => points[index[row]].harmed.length === 0 ? 0 : 1}],
    });
})();
