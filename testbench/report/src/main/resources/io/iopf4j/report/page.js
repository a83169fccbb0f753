// SPDX-License-Identifier: Apache-2.0
// What every page is made of. Text comes from dumps: it is only ever set as text, never as markup.
'use strict';
const iopf4j = {};
window.iopf4j = iopf4j;
(() => {
    iopf4j.data = JSON.parse(document.getElementById('data').textContent);
    const head = iopf4j.data.head;

    // An element with properties ('text' is its text, 'on' its listeners, others are attributes;
    // false and null set none) and children (nodes or text).
    iopf4j.el = (tag, properties = {}, ...children) => {
        const made = tag.includes(':')
            ? document.createElementNS('http://www.w3.org/2000/svg', tag.split(':')[1])
            : document.createElement(tag);
        for (const [name, value] of Object.entries(properties)) {
            if (name === 'text') {
                made.textContent = value;
            } else if (name === 'on') {
                for (const [event, listener] of Object.entries(value)) {
                    made.addEventListener(event, listener);
                }
            } else if (name === 'style') {
                for (const [key, to] of Object.entries(value)) {
                    made.style.setProperty(key, to);
                }
            } else if (value !== false && value !== null && value !== undefined) {
                made.setAttribute(name, value === true ? '' : value);
            }
        }
        made.append(...children.filter((child) => child !== null && child !== undefined));
        return made;
    };
    const el = iopf4j.el;

    // A part of the page, below those that are there; the lead may be left out.
    iopf4j.section = (title, lead) => {
        const main = document.getElementById('main');
        const id = 'part-' + (main.children.length + 1);
        const heading = el('h2', {id, text: title});
        const part = el('section', {'aria-labelledby': id}, heading,
            lead ? el('p', {class: 'lead', text: lead}) : null);
        main.append(part);
        return part;
    };

    // Few numbers, large: [{label, value, note, tone}], the tone 'good', 'bad' or none.
    iopf4j.tiles = (parent, tiles) => {
        const list = el('dl', {class: 'tiles'});
        for (const tile of tiles) {
            list.append(el('div', {class: 'tile ' + (tile.tone || '')},
                el('dt', {text: tile.label}),
                el('dd', {}, el('strong', {text: tile.value}),
                    tile.note ? el('small', {text: tile.note}) : null)));
        }
        parent.append(list);
        return list;
    };

    // Names and what they are: [[name, text], ...].
    iopf4j.facts = (parent, facts) => {
        const list = el('dl', {class: 'facts'});
        for (const [name, text] of facts) {
            list.append(el('div', {}, el('dt', {text: name}), el('dd', {text})));
        }
        parent.append(list);
        return list;
    };

    // A small table: {label, columns: [{label, align}], rows: [[text or node, ...], ...]}. The first
    // column names the row; align is 'right' or none.
    iopf4j.grid = (parent, spec) => {
        const side = (i) => (spec.columns[i].align === 'right' ? 'right' : null);
        const table = el('table', {class: 'grid', 'aria-label': spec.label},
            el('thead', {}, el('tr', {}, ...spec.columns.map((column, i) =>
                el('th', {scope: 'col', class: side(i), text: column.label})))),
            el('tbody', {}, ...spec.rows.map((row) => el('tr', {}, ...row.map((cell, i) =>
                el(i === 0 ? 'th' : 'td', {scope: i === 0 ? 'row' : null, class: side(i)}, cell))))));
        parent.append(el('div', {class: 'wide'}, table));
        return table;
    };

    // 12345 as 12,345.
    iopf4j.count = (number) => number.toLocaleString('en-US');

    // Nanoseconds as people read them: '1.234 ms'.
    iopf4j.time = (ns) => {
        const [name, size] = iopf4j.timeUnit(Math.abs(ns));
        return size === 1 ? ns + ' ns' : trimmed(ns / size) + ' ' + name;
    };

    // The unit for times up to some ns: [name, ns].
    iopf4j.timeUnit = (ns) => ns >= 1e9 ? ['s', 1e9] : ns >= 1e6 ? ['ms', 1e6]
        : ns >= 1e3 ? ['µs', 1e3] : ['ns', 1];

    const trimmed = (number) => {
        const size = Math.abs(number);
        return number.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 3);
    };

    // Reads a column that PageColumns wrote: numbers, -1 where there is none. 'like' is the column
    // that it was written with, if it was.
    iopf4j.column = (base64, rows, like) => {
        const bytes = atob(base64);
        const column = new Float64Array(rows);
        let at = 0;
        let last = 0;
        for (let row = 0; row < rows; row++) {
            let code = 0;
            let size = 1;
            let byte;
            do {
                byte = bytes.charCodeAt(at++);
                code += (byte & 127) * size;
                size *= 128;
            } while (byte >= 128);
            if (code === 0) {
                column[row] = -1;
                continue;
            }
            const zigzag = code - 1;
            const delta = zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2;
            column[row] = like ? Math.max(like[row], 0) + delta : last + delta;
            last = column[row];
        }
        return column;
    };

    // ---- Theme: the system's, until the reader chooses --------------------------------------------

    const dark = matchMedia('(prefers-color-scheme: dark)');
    const kept = () => {
        try {
            return localStorage.getItem('iopf4j-theme');
        } catch {
            return null;
        }
    };
    const keep = (theme) => {
        try {
            localStorage.setItem('iopf4j-theme', theme);
        } catch {
            // A browser may refuse to keep anything for a file: then it lasts as long as the page.
        }
    };
    const button = el('button', {type: 'button', id: 'theme', class: 'quiet', on: {click: () => {
        const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
        keep(theme);
        show(theme);
    }}});
    const show = (theme) => {
        document.documentElement.dataset.theme = theme;
        button.textContent = theme === 'dark' ? 'Light theme' : 'Dark theme';
        document.dispatchEvent(new Event('themechange'));
    };
    const chosen = () => kept() || (dark.matches ? 'dark' : 'light');
    dark.addEventListener('change', () => show(chosen()));
    // On paper it is light.
    window.addEventListener('beforeprint', () => show('light'));
    window.addEventListener('afterprint', () => show(chosen()));
    show(chosen());

    // What a style sheet's variable is now.
    iopf4j.color = (name) =>
        getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim();

    // How the i-th of several things is drawn: never by its color alone. {color, dash}
    const DASHES = [[], [9, 4], [2, 3], [12, 3, 2, 3], [5, 3]];
    const COLORS = 7;
    iopf4j.mark = (i) => ({color: iopf4j.color('mark-' + i % COLORS), name: 'mark-' + i % COLORS,
        dash: DASHES[i % DASHES.length]});

    // ---- The frame --------------------------------------------------------------------------------

    const copy = el('button', {type: 'button', class: 'quiet', text: 'Copy'});
    const command = el('code', {id: 'command', tabindex: '0', text: head.command});
    copy.addEventListener('click', () => {
        const range = document.createRange();
        range.selectNodeContents(command);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        copy.textContent = document.execCommand('copy') ? 'Copied' : 'Press Ctrl-C';
        setTimeout(() => {
            copy.textContent = 'Copy';
        }, 2000);
    });
    document.getElementById('top').append(
        el('div', {class: 'titles'},
            el('p', {class: 'brand', text: 'iopf4j ' + head.version}),
            el('h1', {text: head.title}),
            head.lead ? el('p', {class: 'lead', text: head.lead}) : null),
        el('div', {class: 'buttons'}, button),
        head.command ? el('div', {class: 'command'}, el('span', {text: 'Made by'}), command, copy)
            : null);
})();
