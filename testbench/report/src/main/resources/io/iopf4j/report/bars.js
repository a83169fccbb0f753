// SPDX-License-Identifier: Apache-2.0
// Bars of parts, such as fates: each part has a color and a hatching, and its number beside it.
'use strict';
(() => {
    const el = iopf4j.el;

    // A square as a part is drawn.
    const sample = (part, i) => el('span', {class: 'swatch ' + (part.look || 'part-' + i),
        'aria-hidden': 'true'});

    // {label, first, parts: [{name, look}], rows: [{name, values: [number for each part]}]}: a table
    // with a bar in each row, as long as its sum against the largest row's, and each number. Parts
    // that nobody has are left out. 'first' heads the column of names; 'look' is a style class
    // ('fate-answered'...), or the part's number gives one.
    iopf4j.stacked = (parent, spec) => {
        const sums = spec.rows.map((row) => row.values.reduce((a, b) => a + b, 0));
        const longest = Math.max(1, ...sums);
        const parts = spec.parts.map((part, i) => ({...part, i}))
            .filter((part) => spec.rows.some((row) => row.values[part.i] > 0));
        const bar = (row, sum) => el('div', {class: 'bar', 'aria-hidden': 'true',
            style: {width: 100 * sum / longest + '%'}},
        ...parts.filter((part) => row.values[part.i] > 0).map((part) => el('span', {
            class: part.look || 'part-' + part.i,
            title: part.name + ': ' + iopf4j.count(row.values[part.i]),
            style: {'flex-grow': row.values[part.i]},
        })));
        const table = el('table', {class: 'grid stacked', 'aria-label': spec.label},
            el('thead', {}, el('tr', {},
                el('th', {scope: 'col', text: spec.first}),
                el('th', {scope: 'col', class: 'share', text: 'share'}),
                ...parts.map((part) => el('th', {scope: 'col', class: 'right'},
                    sample(part, part.i), ' ' + part.name)),
                el('th', {scope: 'col', class: 'right', text: 'all'}))),
            el('tbody', {}, ...spec.rows.map((row, r) => el('tr', {},
                el('th', {scope: 'row', text: row.name}),
                el('td', {class: 'share'}, bar(row, sums[r])),
                ...parts.map((part) => el('td', {
                    class: 'right' + (row.values[part.i] === 0 ? ' zero' : ''),
                    text: iopf4j.count(row.values[part.i])})),
                el('td', {class: 'right', text: iopf4j.count(sums[r])})))));
        parent.append(el('div', {class: 'wide'}, table));
        return table;
    };
})();
