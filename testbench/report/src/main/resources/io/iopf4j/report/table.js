// SPDX-License-Identifier: Apache-2.0
// A table of any number of rows: only those in sight are in the document.
'use strict';
(() => {
    const el = iopf4j.el;
    const ROW = 28;
    const SPARE = 8;
    const PAPER_ROWS = 40;
    // Browsers give up on boxes that are much higher.
    const HIGHEST = 12e6;

    // {label, count, columns: [{label, text(row), key(row), align, width, title, descending}],
    // sort: [column, isDescending], filters: [{label, options: [text], of(row)}], search: true,
    // buttons: [{label, choose(table)}], open(row, table)}.
    // Rows are numbers below 'count'; 'text' is what a cell shows (or a node), 'key' what it is
    // sorted by, a number or a text, its text if left out; 'descending' is what the first click on
    // its header does. A filter is a choice among texts, of which 'of' gives a row's number; the
    // search finds rows that have all its words in some cell's text or in more(row). Returns {rows(),
    // filter(number, option or ''), search(text), sortBy(column, isDescending), next(row, by)}.
    iopf4j.table = (parent, spec) => {
        let rows = Uint32Array.from({length: spec.count}, (unused, i) => i);
        let [sorted, isDescending] = spec.sort || [0, false];
        let at = 0;
        let words = [];
        const keys = new Map();
        const chosen = (spec.filters || []).map(() => -1);

        // ---- What is there ------------------------------------------------------------------------

        const textOf = (column, row) => {
            const cell = spec.columns[column].text(row);
            return typeof cell === 'string' ? cell : cell.textContent;
        };

        // Numbers to sort a column by; texts are numbered in their order.
        const keysOf = (column) => {
            if (!keys.has(column)) {
                const key = spec.columns[column].key || ((row) => textOf(column, row));
                const found = Array.from({length: spec.count}, (unused, row) => key(row));
                if (found.some((one) => typeof one !== 'number')) {
                    const order = [...new Set(found)]
                        .sort((a, b) => String(a).localeCompare(String(b), 'en', {numeric: true}));
                    const places = new Map(order.map((text, place) => [text, place]));
                    keys.set(column, Float64Array.from(found, (text) => places.get(text)));
                } else {
                    keys.set(column, Float64Array.from(found));
                }
            }
            return keys.get(column);
        };

        const has = (row) => {
            for (let f = 0; f < chosen.length; f++) {
                if (chosen[f] >= 0 && spec.filters[f].of(row) !== chosen[f]) {
                    return false;
                }
            }
            if (words.length === 0) {
                return true;
            }
            let text = spec.more ? spec.more(row) : '';
            for (let column = 0; column < spec.columns.length; column++) {
                text += '\n' + textOf(column, row);
            }
            text = text.toLowerCase();
            return words.every((word) => text.includes(word));
        };

        const order = () => {
            const key = keysOf(sorted);
            const sign = isDescending ? -1 : 1;
            rows.sort((a, b) => sign * (key[a] - key[b]) || a - b);
        };

        const find = () => {
            const found = [];
            for (let row = 0; row < spec.count; row++) {
                if (has(row)) {
                    found.push(row);
                }
            }
            rows = Uint32Array.from(found);
            order();
            at = 0;
            scroll.scrollTop = 0;
            status.textContent = rows.length === spec.count
                ? iopf4j.count(spec.count) + ' rows'
                : iopf4j.count(rows.length) + ' of ' + iopf4j.count(spec.count) + ' rows';
            show();
        };

        // ---- What is seen -------------------------------------------------------------------------

        const status = el('span', {class: 'status', role: 'status'});
        const headers = spec.columns.map((column, c) => {
            const sort = el('button', {type: 'button', title: column.title || null, on: {
                click: () => table.sortBy(c, sorted === c ? !isDescending
                    : column.descending === true)}}, column.label, el('span', {class: 'arrow',
                'aria-hidden': 'true'}));
            return el('th', {scope: 'col', class: column.align === 'right' ? 'right' : null,
                style: {width: column.width || 'auto'}}, sort);
        });
        const body = el('tbody');
        const grid = el('table', {class: 'grid rows', role: 'grid', 'aria-label': spec.label,
            'aria-colcount': spec.columns.length},
        el('thead', {}, el('tr', {'aria-rowindex': 1}, ...headers)), body);
        const scroll = el('div', {class: 'scroll'}, grid);

        const space = (height) => el('tr', {class: 'space', 'aria-hidden': 'true',
            style: {height: height + 'px'}}, el('td', {colspan: spec.columns.length}));

        const line = (place) => {
            const row = rows[place];
            const made = el('tr', {'data-row': row, 'aria-rowindex': place + 2,
                tabindex: place === at ? '0' : '-1',
                on: {click: () => {
                    at = place;
                    open();
                }}},
            ...spec.columns.map((column, c) => el('td',
                {class: column.align === 'right' ? 'right' : null, title: textOf(c, row)},
                column.text(row))));
            return made;
        };

        // Of very many rows a pixel of the scroll bar stands for more than one of the table.
        const scale = () => Math.max(1, rows.length * ROW / HIGHEST);

        let drawn = [-1, -1];
        const show = (isOnPaper) => {
            const room = Math.ceil(scroll.clientHeight / ROW);
            const first = isOnPaper ? 0
                : Math.max(0, Math.floor(scroll.scrollTop * scale() / ROW) - SPARE);
            const last = Math.min(rows.length, first + (isOnPaper ? PAPER_ROWS : room + 2 * SPARE));
            const hadFocus = body.contains(document.activeElement);
            const lines = [];
            for (let place = first; place < last; place++) {
                lines.push(line(place));
            }
            const above = isOnPaper ? 0 : first * ROW / scale();
            const below = isOnPaper ? 0 : Math.max(0,
                rows.length * ROW / scale() - above - (last - first) * ROW);
            body.replaceChildren(space(above), ...lines, space(below));
            if (rows.length === 0) {
                body.replaceChildren(el('tr', {class: 'none'}, el('td',
                    {colspan: spec.columns.length, text: 'No row is like that.'})));
            }
            grid.setAttribute('aria-rowcount', rows.length + 1);
            headers.forEach((header, c) => {
                header.setAttribute('aria-sort', c !== sorted ? 'none'
                    : isDescending ? 'descending' : 'ascending');
            });
            drawn = [first, last];
            if (hadFocus && at >= first && at < last) {
                body.children[at - first + 1].focus({preventScroll: true});
            }
        };

        const open = () => {
            if (rows.length > 0 && spec.open) {
                show();
                spec.open(rows[at], table);
            }
        };

        // Brings a place into sight and gives it the focus.
        const go = (place) => {
            at = Math.min(rows.length - 1, Math.max(0, place));
            const top = at * ROW / scale();
            const room = scroll.clientHeight - 2 * ROW;
            if (top < scroll.scrollTop) {
                scroll.scrollTop = top;
            } else if (top > scroll.scrollTop + room) {
                scroll.scrollTop = top - room;
            }
            show();
            const focused = body.querySelector('[data-row="' + rows[at] + '"]');
            if (focused !== null) {
                focused.focus({preventScroll: true});
            }
        };

        body.addEventListener('keydown', (event) => {
            const page = Math.max(1, Math.floor(scroll.clientHeight / ROW) - 2);
            const to = {ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page,
                Home: 0, End: rows.length - 1}[event.key];
            if (to !== undefined) {
                event.preventDefault();
                go(to);
            } else if (event.key === 'Enter' || event.key === ' ') {
                event.preventDefault();
                open();
            }
        });
        let waits = false;
        scroll.addEventListener('scroll', () => {
            if (!waits) {
                waits = true;
                requestAnimationFrame(() => {
                    waits = false;
                    const first = Math.max(0, Math.floor(scroll.scrollTop * scale() / ROW) - SPARE);
                    if (first !== drawn[0]) {
                        show();
                    }
                });
            }
        });
        const note = el('p', {class: 'paper', text: ''});
        window.addEventListener('beforeprint', () => {
            note.textContent = rows.length > PAPER_ROWS
                ? 'The first ' + PAPER_ROWS + ' of ' + iopf4j.count(rows.length) + ' rows.' : '';
            show(true);
        });
        window.addEventListener('afterprint', () => show());

        // ---- What is asked for --------------------------------------------------------------------

        const table = {
            rows: () => rows,
            filter: (number, option) => {
                chosen[number] = spec.filters[number].options.indexOf(option);
                selects[number].value = String(chosen[number]);
                find();
            },
            search: (text) => {
                words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
                if (box.value !== text) {
                    box.value = text;
                }
                find();
            },
            sortBy: (column, descending) => {
                sorted = column;
                isDescending = descending;
                order();
                at = 0;
                scroll.scrollTop = 0;
                show();
            },
            next: (row, by) => {
                const place = rows.indexOf(row) + by;
                if (place < 0 || place >= rows.length) {
                    return null;
                }
                at = place;
                return rows[place];
            },
            focus: () => go(at),
        };
        const selects = (spec.filters || []).map((filter, f) => el('select', {on: {
            change: (event) => table.filter(f, filter.options[Number(event.target.value)])}},
        el('option', {value: '-1', text: 'all'}),
        ...filter.options.map((text, o) => el('option', {value: o, text}))));
        let pause = 0;
        const box = el('input', {type: 'search', spellcheck: 'false', on: {input: () => {
            clearTimeout(pause);
            pause = setTimeout(() => table.search(box.value), 120);
        }}});
        const controls = el('div', {class: 'controls'},
            ...(spec.buttons || []).map((button) => el('button', {type: 'button', text: button.label,
                on: {click: () => button.choose(table)}})),
            ...selects.map((select, f) => el('label', {}, spec.filters[f].label + ' ', select)),
            spec.search ? el('label', {}, 'Search ', box) : null,
            status);
        parent.append(controls, scroll, note);
        order();
        scroll.style.setProperty('height', Math.min(spec.count + 1.3, 16) * ROW + 12 + 'px');
        find();
        return table;
    };
})();
