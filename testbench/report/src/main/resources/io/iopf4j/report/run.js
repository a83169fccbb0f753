// SPDX-License-Identifier: Apache-2.0
// The page of one run.
'use strict';
(() => {
    const el = iopf4j.el;
    const data = iopf4j.data;
    const faults = iopf4j.faults;
    const vms = data.vms;
    const LINES = 8;
    const MOST_LINES = 40;

    // ---- Summary ----------------------------------------------------------------------------------

    const byFate = vms.map(() => data.fates.map(() => 0));
    const total = data.fates.map(() => 0);
    for (let i = 0; i < faults.count; i++) {
        byFate[faults.vm[i]][faults.fate[i]]++;
        total[faults.fate[i]]++;
    }
    const broken = data.invariants.filter((one) => one.breach !== null);
    const sum = (fates) => fates.reduce((all, fate) => all + total[fate], 0);
    const open = sum([4, 5]);
    const ended = sum([1, 2, 3]);
    // '3 terminated, 2 drained': those that there are.
    const these = (fates) => fates.filter((fate) => total[fate] > 0)
        .map((fate) => iopf4j.count(total[fate]) + '\u00a0' + data.fates[fate]).join(', ');
    const plural = (number, noun) => iopf4j.count(number) + ' ' + noun + (number === 1 ? '' : 's');
    const part = (number) => faults.count === 0 ? ''
        : (100 * number / faults.count).toFixed(1) + ' % of all';

    const summary = iopf4j.section('Summary');
    const tiles = [
        {label: 'Faults raised', value: iopf4j.count(faults.count),
            note: plural(vms.length, 'VM') + ', ' + plural(data.devices.length, 'device')},
        {label: 'Answered', value: iopf4j.count(total[0]), note: part(total[0])},
        {label: 'Ended otherwise', value: iopf4j.count(ended),
            note: these([1, 2, 3])},
        {label: 'Never answered', value: iopf4j.count(open), tone: open > 0 ? 'bad' : '',
            note: these([4, 5])},
        {label: 'Invariants', value: broken.length === 0 ? 'all hold' : broken.length + ' broken',
            tone: broken.length === 0 ? 'good' : 'bad', note: data.invariants.length + ' checked'},
    ];
    if (data.comparison !== undefined) {
        tiles.push({label: 'As recorded', value: iopf4j.count(data.comparison.matched),
            note: iopf4j.count(data.comparison.diverged) + ' differ',
            tone: data.comparison.diverged > 0 ? 'bad' : 'good'});
    }
    iopf4j.tiles(summary, tiles);
    const halves = el('div', {class: 'halves'});
    const half = (title, facts) => {
        const box = el('div', {}, el('h3', {text: title}));
        halves.append(box);
        iopf4j.facts(box, facts);
    };
    if (data.source.length > 0) {
        half('What was recorded', data.source);
    }
    half('How it was run', [...data.rules,
        ['answers', data.codes.map((code, i) => iopf4j.count(data.responses[i]) + ' ' + code)
            .join(', ') + ', ' + iopf4j.count(data.responses[data.codes.length]) + ' refused'],
        ['at most', (data.hardware.stallEntries > 0
            ? iopf4j.count(data.hardware.stallHighWater) + ' stalled, ' : '')
            + iopf4j.count(data.hardware.queueHighWater) + ' queued'],
        ['trouble', plural(data.hardware.queueOverflows, 'queue overflow') + ', '
            + plural(data.hardware.commandErrors, 'command error')]]);
    if (data.comparison !== undefined && data.comparison.spoiled > 0) {
        halves.append(el('p', {class: 'lead', text: iopf4j.count(data.comparison.spoiled)
            + ' fates are not compared: lost or damaged events hide them.'}));
    }
    summary.append(halves);
    if (data.comparison !== undefined && data.comparison.first !== null) {
        summary.append(el('p', {class: 'warning', text: 'First that differs from the dump: '
            + data.comparison.first}));
    }
    for (const one of broken) {
        summary.append(el('p', {class: 'warning', text: 'BROKEN: ' + one.name + ': ' + one.breach}));
    }
    for (const warning of data.warnings) {
        summary.append(el('p', {class: 'warning', text: 'Warning: ' + warning}));
    }

    // ---- Over time --------------------------------------------------------------------------------

    const time = iopf4j.section('Over time',
        'Drag across a chart to look closer, double-click for the whole range.');

    // The machines with most faults are drawn at first, others when asked for.
    const busiest = vms.map((vm, v) => v).sort((a, b) => vms[b].most - vms[a].most || a - b);
    const drawn = busiest.slice(0, MOST_LINES).sort((a, b) => a - b);
    const isOff = (v) => busiest.indexOf(v) >= LINES;
    const those = vms.length > MOST_LINES ? ', the ' + MOST_LINES + ' with most' : '';
    // A line far above all that happens would only press it flat: then words say where it is.
    const isNear = (limit, most) => most * 8 >= limit;
    const highest = Math.max(0, ...vms.map((vm) => vm.most));
    const quotas = [...new Set(vms.map((vm) => vm.quota).filter((quota) => quota > 0))];
    const near = quotas.filter((quota) => isNear(quota, highest));
    const far = quotas.filter((quota) => !near.includes(quota)).map(iopf4j.count);
    const whose = (quota) => quotas.length === 1 ? '' : ' (' + vms
        .filter((vm) => vm.quota === quota).map((vm) => vm.name).slice(0, 3).join(', ') + ')';
    iopf4j.steps(time, {
        title: 'Faults outstanding, by VM' + those
            + (far.length > 0 ? ' (quota ' + far.join(', ') + ')' : ''),
        description: drawn.map((v) => vms[v].name + ' at most ' + vms[v].most).join(', ') + '.',
        yLabel: 'faults',
        end: faults.end,
        series: drawn.map((v) => ({
            name: vms[v].name,
            mark: v,
            off: isOff(v),
            ...faults.overTime(faults.ofVm[v], (i) => faults.delivered[i],
                (i) => faults.completed[i]),
        })),
        limits: near.map((quota) => ({name: 'quota ' + iopf4j.count(quota) + whose(quota),
            value: quota})),
    });

    const hardware = data.hardware;
    const shared = [];
    const rooms = [];
    const room = (name, size, most) => {
        if (size > 0 && isNear(size, most)) {
            rooms.push({name: name + ' ' + iopf4j.count(size), value: size});
            return '';
        }
        return size > 0 ? ' (room for ' + iopf4j.count(size) + ')' : '';
    };
    if (hardware.stallEntries > 0) {
        shared.push({name: 'stall buffer' + room('stall buffer', hardware.stallEntries,
            hardware.stallHighWater), mark: 0, ...faults.overTime(faults.all,
            (i) => faults.queued[i], (i) => faults.completed[i])});
    }
    shared.push({name: hardware.queue + room(hardware.queue, hardware.queueEntries,
        hardware.queueHighWater), mark: 1, ...faults.overTime(faults.all,
        (i) => faults.queued[i], faults.taken, (i) => faults.requests[i])});
    iopf4j.steps(time, {
        title: 'What all VMs share',
        description: 'At most ' + hardware.stallHighWater + ' stalled, ' + hardware.queueHighWater
            + ' queued.',
        yLabel: 'entries',
        end: faults.end,
        series: shared,
        limits: rooms,
    });

    // ---- By VM ------------------------------------------------------------------------------------

    const fates = iopf4j.section('Fates, by VM');
    iopf4j.stacked(fates, {
        label: 'Fates by VM',
        first: 'VM',
        parts: data.fates.map((name) => ({name, look: 'fate-' + name.replace(' ', '-')})),
        rows: vms.map((vm, v) => ({name: vm.name, values: byFate[v]})),
    });

    const latency = iopf4j.section('Latency, by VM',
        'From raised to answered, of what the guests answered: the part that had its answer by then.');
    const waits = vms.map(() => []);
    let least = Infinity;
    let most = 0;
    for (let i = 0; i < faults.count; i++) {
        if (faults.fate[i] === 0) {
            waits[faults.vm[i]].push(faults.waited[i]);
            least = Math.min(least, Math.max(1, faults.waited[i]));
            most = Math.max(most, faults.waited[i]);
        }
    }
    const tick = (ns) => {
        const [name, size] = iopf4j.timeUnit(ns);
        return +(ns / size).toPrecision(4) + ' ' + name;
    };
    if (most > 0) {
        const POINTS = 240;
        // At least a decade: where all are alike, a line that rises at once would say nothing.
        const middle = Math.sqrt(least * most);
        const from = Math.min(least / 1.1, middle / 4);
        const to = Math.max(most * 1.1, middle * 4);
        const x = Float64Array.from({length: POINTS + 1},
            (unused, p) => from * Math.pow(to / from, p / POINTS));
        const shares = (list) => {
            const sorted = Float64Array.from(list).sort();
            let at = 0;
            return Array.from(x, (limit) => {
                while (at < sorted.length && sorted[at] <= limit) {
                    at++;
                }
                return sorted.length === 0 ? null : 100 * at / sorted.length;
            });
        };
        iopf4j.curves(latency, {
            title: 'Answered within' + those,
            description: 'The table below has the numbers.',
            x: {label: 'latency', log: true, values: x, splits: iopf4j.decades, format: (ns, isExact) => isExact
                ? iopf4j.time(Math.round(ns)) : tick(ns)},
            y: {label: '% of answered', range: [0, 104], format: (v) => String(+v.toFixed(1))},
            series: drawn.map((v) => ({name: vms[v].name, mark: v, off: isOff(v),
                values: shares(waits[v])})),
        });
    }
    iopf4j.grid(latency, {
        label: 'Latency by VM',
        columns: [{label: 'VM'}, ...['devices', 'answered', 'p50', 'p90', 'p99', 'longest',
            'outstanding at most', 'quota'].map((label) => ({label, align: 'right'}))],
        rows: vms.map((vm, v) => [vm.name, iopf4j.count(vm.devices), iopf4j.count(waits[v].length),
            ...vm.latency.map((ns) => waits[v].length === 0 ? '-' : iopf4j.time(ns)),
            iopf4j.count(vm.most), vm.quota > 0 ? iopf4j.count(vm.quota) : 'none']),
    });

    // ---- Faults -----------------------------------------------------------------------------------

    const all = iopf4j.section('Faults', 'The slowest and the never answered stand first. '
        + 'A click or Enter on a row shows its whole life.');
    all.classList.add('long');
    const wait = (i) => {
        const span = el('span', {text: iopf4j.time(faults.waited[i])});
        if (faults.answered[i] < 0) {
            span.append(faults.completed[i] < 0 ? ', never' : ', ended');
        }
        return span.textContent;
    };
    const number = (of) => (i) => of[i] < 0 ? '' : String(of[i]);
    const columns = [
        {label: '#', text: (i) => String(i), key: (i) => i, align: 'right', width: '60px',
            title: 'In the order of the dump or of the run'},
        {label: 'VM', text: (i) => vms[faults.vm[i]].name},
        {label: 'device', text: (i) => data.devices[faults.device[i]]},
        {label: 'PASID', text: number(faults.pasid), key: (i) => faults.pasid[i], align: 'right',
            width: '64px'},
        {label: 'group', text: number(faults.grpid), key: (i) => faults.grpid[i], align: 'right',
            width: '68px'},
        {label: 'address', text: faults.address, width: '142px',
            key: (i) => faults.addrHigh[i] * 4294967296 + faults.addrLow[i]},
        {label: 'raised at', text: (i) => (faults.raised[i] / 1e6).toFixed(3) + ' ms',
            key: (i) => faults.raised[i], align: 'right', width: '110px'},
        {label: 'waited', text: wait, align: 'right', width: '146px', descending: true,
            key: (i) => faults.answered[i] < 0 && faults.completed[i] < 0
                ? 1e15 + faults.waited[i] : faults.waited[i],
            title: 'From raised to answered'},
        {label: 'fate', text: (i) => data.fates[faults.fate[i]], width: '116px'},
        {label: 'code', text: (i) => faults.codeName(faults.code[i]), width: '82px'},
    ];
    const filters = [
        {label: 'VM', options: vms.map((vm) => vm.name), of: (i) => faults.vm[i]},
        {label: 'Device', options: data.devices, of: (i) => faults.device[i]},
        {label: 'Fate', options: data.fates, of: (i) => faults.fate[i]},
    ];
    if (data.comparison !== undefined) {
        columns.push({label: 'recorded', width: '98px', text: (i) =>
            (faults.codeName(faults.recorded[i]) || 'none') + (faults.differs(i) ? ' \u2260' : '')});
        filters.push({label: 'Recorded', options: ['the same', 'differs'],
            of: (i) => faults.differs(i) ? 1 : 0});
    }
    iopf4j.faultTable = iopf4j.table(all, {
        label: 'Faults',
        count: faults.count,
        columns,
        filters,
        search: true,
        sort: [7, true],
        open: iopf4j.showLife,
    });

    // ---- Invariants -------------------------------------------------------------------------------

    const rules = iopf4j.section('Invariants', 'What must hold in every run, checked as it went.');
    iopf4j.grid(rules, {
        label: 'Invariants',
        columns: [{label: 'invariant'}, {label: ''}, {label: 'checks', align: 'right'}],
        rows: data.invariants.map((one) => [one.name,
            el('span', {class: one.breach === null ? 'good' : 'bad',
                text: one.breach === null ? '\u2713 holds' : '\u2717 BROKEN'}),
            iopf4j.count(one.checked)]),
    });
})();
