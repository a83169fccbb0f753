// SPDX-License-Identifier: Apache-2.0
// A fault's whole life, in a dialog: when each layer had it, and for how long.
'use strict';
(() => {
    const el = iopf4j.el;
    const data = iopf4j.data;
    const faults = iopf4j.faults;

    const STAGES = [
        ['raised', 'raised', 'the device issued the access'],
        ['queued', 'queued', 'the hardware wrote its record'],
        ['reported', 'reported', 'the driver took the record off the queue'],
        ['delivered', 'delivered', 'it reached the guest\u2019s queue'],
        ['answered', 'answered', 'the answer went to the driver'],
        ['completed', 'completed', 'the access ended'],
    ];

    // What happened, in the order of time: [{name, meaning, at, code}].
    const happened = (i) => STAGES.map(([key, name, meaning]) => ({name, meaning, at: faults[key][i]}))
        .filter((stage) => stage.at >= 0)
        .map((stage, place) => ({...stage, place}))
        .sort((a, b) => a.at - b.at || a.place - b.place);

    // Bars from each stage to the next, to scale, with the time between written at each.
    const picture = (stages, isOpen) => {
        const LEFT = 92;
        const RIGHT = 110;
        const WIDTH = 800;
        const ROW = 24;
        const begin = stages[0].at;
        const end = isOpen ? faults.end : stages[stages.length - 1].at;
        const span = Math.max(1, end - begin);
        const x = (at) => LEFT + (at - begin) / span * (WIDTH - LEFT - RIGHT);
        const height = stages.length * ROW + 30;
        const svg = el('svg:svg', {class: 'life', viewBox: '0 0 ' + WIDTH + ' ' + height, role: 'img',
            'aria-label': 'Its life to scale; the table below says the same.'});
        svg.append(el('svg:line', {x1: LEFT, y1: height - 24, x2: WIDTH - RIGHT, y2: height - 24,
            style: {stroke: 'var(--line)'}}));
        stages.forEach((stage, s) => {
            const y = s * ROW + 8;
            const isLast = s + 1 === stages.length;
            const until = isLast ? (isOpen ? end : stage.at) : stages[s + 1].at;
            svg.append(el('svg:text', {x: LEFT - 10, y: y + 11, 'text-anchor': 'end',
                text: stage.name}));
            if (isLast && !isOpen) {
                svg.append(el('svg:path', {d: 'M' + x(stage.at) + ' ' + y + 'l7 7l-7 7l-7 -7z',
                    style: {fill: 'var(--ink)'}}));
                return;
            }
            svg.append(el('svg:rect', {x: x(stage.at), y, width: Math.max(2, x(until) - x(stage.at)),
                height: 14, rx: 2, style: {fill: 'var(--mark-' + s % 7 + ')',
                    opacity: isLast ? 0.45 : 1}}));
            svg.append(el('svg:text', {class: 'soft', x: Math.max(x(until), x(stage.at) + 2) + 8,
                y: y + 11, text: iopf4j.time(until - stage.at) + (isLast ? ', still open' : '')}));
        });
        svg.append(el('svg:text', {class: 'soft', x: LEFT, y: height - 8, text: iopf4j.time(begin)}));
        svg.append(el('svg:text', {class: 'soft', x: WIDTH - RIGHT, y: height - 8,
            'text-anchor': 'end', text: iopf4j.time(end)}));
        return svg;
    };

    const dialog = el('dialog', {id: 'life', 'aria-labelledby': 'life-title'});
    document.body.append(dialog);
    let shown = -1;
    let table = null;

    const step = (by) => {
        const next = table.next(shown, by);
        if (next !== null) {
            fill(next);
        }
    };
    const button = (text, label, listener) => el('button', {type: 'button', 'aria-label': label, text,
        title: label, on: {click: listener}});
    dialog.addEventListener('keydown', (event) => {
        if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
            event.preventDefault();
            step(event.key === 'ArrowRight' ? 1 : -1);
        }
    });
    dialog.addEventListener('click', (event) => {
        if (event.target === dialog) {
            dialog.close();
        }
    });
    dialog.addEventListener('close', () => table.focus());

    const fill = (i) => {
        shown = i;
        const stages = happened(i);
        const isOpen = faults.completed[i] < 0;
        const facts = [
            ['fate', data.fates[faults.fate[i]] + (faults.result[i] < 0 ? ''
                : ', ' + data.ends[faults.result[i]])],
            ['VM', data.vms[faults.vm[i]].name],
            ['device', data.devices[faults.device[i]]],
            ['address', faults.address(i)],
            ['PASID', faults.pasid[i] < 0 ? 'none' : String(faults.pasid[i])],
            ['group', faults.grpid[i] < 0 ? 'none' : String(faults.grpid[i])],
            ['code', faults.codeName(faults.code[i]) || 'none: nobody answered'],
        ];
        if (faults.requests[i] > 1) {
            facts.push(['requests', faults.requests[i] + ' in its group']);
        }
        if (faults.records[i] > 1) {
            facts.push(['records', faults.records[i]
                + ': its retry faulted again; the times are of the last']);
        }
        if (data.comparison !== undefined) {
            facts.push(['recorded code', (faults.codeName(faults.recorded[i]) || 'none')
                + (faults.differs(i) ? ': differs' : ': the same')]);
        }
        dialog.replaceChildren(el('div', {class: 'dialog-head'},
            el('h2', {id: 'life-title', text: 'Fault ' + i + ': ' + data.fates[faults.fate[i]]}),
            button('\u25C0', 'Previous fault (left arrow)', () => step(-1)),
            button('\u25B6', 'Next fault (right arrow)', () => step(1)),
            button('Close', 'Close (Escape)', () => dialog.close())));
        iopf4j.facts(dialog, facts);
        dialog.append(picture(stages, isOpen));
        iopf4j.grid(dialog, {
            label: 'Times of fault ' + i,
            columns: [{label: 'what'}, {label: 'at', align: 'right'},
                {label: 'after the last', align: 'right'}, {label: 'means'}],
            rows: stages.map((stage, s) => [stage.name, iopf4j.count(stage.at) + ' ns',
                s === 0 ? '' : iopf4j.time(stage.at - stages[s - 1].at), stage.meaning]),
        });
    };

    // Opens the dialog for a fault of a table.
    iopf4j.showLife = (i, from) => {
        table = from;
        fill(i);
        if (!dialog.open) {
            dialog.showModal();
        }
    };
})();
