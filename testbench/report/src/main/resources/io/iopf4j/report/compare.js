// SPDX-License-Identifier: Apache-2.0
// The page of a comparison: several runs of the same faults.
'use strict';
(() => {
    const el = iopf4j.el;
    const data = iopf4j.data;
    const runs = data.runs;
    const letter = (run) => String.fromCharCode(65 + run);
    const title = (run) => letter(run) + ': ' + runs[run].label;
    const plural = (number, noun) => iopf4j.count(number) + ' ' + noun + (number === 1 ? '' : 's');

    // ---- Summary ----------------------------------------------------------------------------------

    const broken = runs.flatMap((run, r) => run.broken.map((text) => letter(r) + ': ' + text));
    const differing = data.differing;
    const summary = iopf4j.section('Summary', 'The first run is what the others are held against.');
    iopf4j.tiles(summary, [
        {label: 'Runs', value: String(runs.length)},
        {label: 'Faults', value: iopf4j.count(data.faults), note: plural(data.vmCount, 'VM')},
        {label: 'Fates that differ', value: iopf4j.count(differing.count),
            note: data.faults === 0 ? '' : (100 * differing.count / data.faults).toFixed(1)
                + ' % of all'},
        {label: 'Not raised in every run', value: iopf4j.count(data.notInAll),
            note: 'who gets no answers asks for less'},
        {label: 'Invariants', value: broken.length === 0 ? 'all hold' : broken.length + ' broken',
            tone: broken.length === 0 ? 'good' : 'bad'},
    ]);
    iopf4j.facts(summary, data.source);
    iopf4j.grid(summary, {
        label: 'Runs',
        columns: [{label: 'run'}, {label: 'semantics'}, {label: 'policy'}, {label: 'IOMMU'},
            ...['seed', 'raised', 'stalled at most', 'queued at most', 'overflows'].map((label) =>
                ({label, align: 'right'}))],
        rows: runs.map((run, r) => [letter(r), run.semantics, run.policy, run.iommu,
            String(run.seed), ...[run.raised, run.stalled, run.queued, run.overflows].map(
                iopf4j.count)]),
    });
    for (const text of broken) {
        summary.append(el('p', {class: 'warning', text: 'BROKEN in ' + text}));
    }
    for (const warning of data.warnings) {
        summary.append(el('p', {class: 'warning', text: 'Warning: ' + warning}));
    }

    // ---- Side by side -----------------------------------------------------------------------------

    const vms = runs[0].vms.map((vm) => vm.name);
    const hidden = data.vmCount - vms.length;
    const side = iopf4j.section('Side by side', 'What became of the faults of each VM in each run.'
        + ' Starved by: each moment in which the hardware has no room for a fault is charged to the'
        + ' VMs that hold that room then, to each in proportion.' + (hidden > 0 ? ' ' + plural(hidden, 'more VM') + ' are not shown.' : ''));
    const time = (ns) => ns === 0 ? '-' : iopf4j.time(ns);
    const latency = (vm, p) => vm.answers === 0 ? '-' : iopf4j.time(vm.latency[p]);
    const percent = (vm, rank) => vm.charges.length <= rank ? 0
        : Math.round(100 * vm.charges[rank][1] / vm.room);
    const share = (vm, rank) => percent(vm, rank) < (rank === 0 ? 0 : 10) || vm.charges.length === 0
        ? '-' : vm.charges[rank][0] + ' ' + percent(vm, rank) + ' %';
    const FIGURES = [
        ['most outstanding at once', (vm) => iopf4j.count(vm.most)
            + (vm.quota > 0 ? ' of ' + iopf4j.count(vm.quota) : '')],
        ['answered within, p50', (vm) => latency(vm, 0)],
        ['p90', (vm) => latency(vm, 1)],
        ['p99', (vm) => latency(vm, 2)],
        ['longest', (vm) => latency(vm, 3)],
        ['held of the shared room at its peak', (vm) => vm.taken === 0 ? '-'
            : iopf4j.count(vm.held) + ' of ' + iopf4j.count(vm.taken)],
        ['longest wait till reported', (vm) => time(vm.longest)],
        ['all waits till reported', (vm) => time(vm.total)],
        ['of it for room', (vm) => time(vm.room)],
        ['starved by', (vm) => share(vm, 0)],
        ['and by', (vm) => share(vm, 1)],
    ];
    vms.forEach((name, v) => {
        const first = runs[0].vms[v];
        side.append(el('h3', {text: name + (first.devices === 1 ? ''
            : ', ' + first.devices + ' devices')}));
        iopf4j.stacked(side, {
            label: 'Fates of ' + name,
            first: 'run',
            parts: data.outcomes.map((word) => ({name: word, look: 'fate-' + word.replace(' ', '-')})),
            rows: runs.map((run, r) => ({name: title(r), values: run.vms[v].counts})),
        });
        const rows = FIGURES.map(([label, of]) => [label, ...runs.map((run) => of(run.vms[v]))]);
        iopf4j.grid(side, {
            label: 'Figures of ' + name,
            columns: [{label: ''}, ...runs.map((run, r) => ({label: title(r), align: 'right'}))],
            rows: rows.filter((row) => row.slice(1).some((text) => text !== '-')),
        });
    });
    // ---- Over time --------------------------------------------------------------------------------

    const charts = iopf4j.section('Over time', 'Outstanding faults of each VM, and what is taken of'
        + ' the room that all share; all runs on the same scale.');
    const series = runs.map((run) => run.series.map((one) => ({
        name: one.name,
        times: iopf4j.column(one.times, one.count),
        values: iopf4j.column(one.values, one.count),
    })));
    let most = 1;
    for (const one of series.flat()) {
        for (const value of one.values) {
            most = Math.max(most, value);
        }
    }
    runs.forEach((run, r) => {
        const quotas = [...new Set(run.vms.map((vm) => vm.quota))]
            .filter((quota) => quota > 0 && quota <= 8 * most);
        const limits = quotas.map((quota) => ({name: 'quota ' + iopf4j.count(quota), value: quota}));
        const [room, size] = run.stallEntries > 0 ? ['stall buffer', run.stallEntries]
            : ['page request queue', run.queueEntries];
        if (size > 0 && size <= 8 * most) {
            limits.push({name: room + ' ' + iopf4j.count(size), value: size});
        }
        iopf4j.steps(charts, {
            title: title(r),
            description: run.series.length - 1 + ' VMs.',
            yLabel: run.stallEntries > 0 ? 'faults' : 'faults, requests in the queue',
            end: data.end,
            most,
            series: series[r],
            limits,
        });
    });

    // ---- What differs -----------------------------------------------------------------------------

    const shifted = iopf4j.section('How fates shift', 'From run A to each other one.');
    iopf4j.grid(shifted, {
        label: 'How fates shift',
        columns: [{label: 'run'}, {label: 'VM'}, {label: 'in A'}, {label: 'then'},
            {label: 'faults', align: 'right'}],
        rows: data.shifts.map(([run, vm, from, to, count]) => [title(run), vm, from, to,
            iopf4j.count(count)]),
    });

    const read = (name) => iopf4j.column(differing[name], differing.count);
    const columns = {};
    for (const name of ['vm', 'device', 'number', 'addrHigh', 'addrLow', 'raised']) {
        columns[name] = read(name);
    }
    const fates = runs.map((run, r) => read('fate' + r));
    const address = (i) => '0x' + (columns.addrHigh[i] * 4294967296 + columns.addrLow[i] < 4294967296
        ? columns.addrLow[i].toString(16)
        : columns.addrHigh[i].toString(16) + columns.addrLow[i].toString(16).padStart(8, '0'));
    const word = (number) => data.words[number];

    const dialog = el('dialog', {'aria-label': 'What happened to a fault'});
    document.body.append(dialog);
    const tell = (i) => {
        const stories = data.stories[i];
        const close = el('button', {type: 'button', text: 'Close', on: {click: () => dialog.close()}});
        dialog.replaceChildren(el('div', {class: 'dialog-head'}, el('h2', {text:
            word(columns.device[i]) + ' of ' + word(columns.vm[i]) + ', its fault '
                + iopf4j.count(columns.number[i]) + ', at ' + address(i)}), close));
        runs.forEach((run, r) => {
            dialog.append(el('h3', {text: title(r) + ': ' + word(fates[r][i])}));
            if (stories === undefined) {
                dialog.append(el('p', {class: 'lead', text: 'Only the first '
                    + iopf4j.count(data.stories.length) + ' are told of; the ledger has all.'}));
            } else if (stories[r] === null) {
                dialog.append(el('p', {class: 'lead', text: 'This run never raised it.'}));
            } else {
                iopf4j.grid(dialog, {
                    label: 'Story in run ' + letter(r),
                    columns: [{label: 'at, s', align: 'right'}, {label: 'layer'}, {label: ''}],
                    rows: stories[r].map(([ns, layer, text]) => [(ns / 1e9).toFixed(6), layer, text]),
                });
            }
        });
        if (!dialog.open) {
            dialog.showModal();
        }
        close.focus();
    };

    const faults = iopf4j.section('Faults whose fate differs',
        'A click or Enter on a row tells what happened to it in each run.');
    faults.classList.add('long');
    if (differing.count === 0) {
        faults.append(el('p', {text: 'There is none.'}));
        return;
    }
    const names = (column) => [...new Set(column)];
    const vmNames = names(columns.vm);
    iopf4j.differingTable = iopf4j.table(faults, {
        label: 'Faults whose fate differs',
        count: differing.count,
        columns: [
            {label: 'raised at', text: (i) => (columns.raised[i] / 1e6).toFixed(3) + ' ms',
                key: (i) => columns.raised[i], align: 'right', width: '126px',
                title: 'In the first run that raised it'},
            {label: 'VM', text: (i) => word(columns.vm[i])},
            {label: 'device', text: (i) => word(columns.device[i])},
            {label: 'its', text: (i) => iopf4j.count(columns.number[i]),
                key: (i) => columns.number[i], align: 'right', width: '78px',
                title: 'Which of its device\'s faults it is'},
            {label: 'address', text: address, width: '140px',
                key: (i) => columns.addrHigh[i] * 4294967296 + columns.addrLow[i]},
            ...runs.map((run, r) => ({label: letter(r), title: title(r),
                text: (i) => word(fates[r][i])})),
        ],
        filters: [
            {label: 'VM', options: vmNames.map(word), of: (i) => vmNames.indexOf(columns.vm[i])},
            ...runs.map((run, r) => {
                const options = names(fates[r]);
                return {label: letter(r), options: options.map(word),
                    of: (i) => options.indexOf(fates[r][i])};
            }),
        ],
        search: true,
        sort: [0, false],
        open: tell,
    });
})();
