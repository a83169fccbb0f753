// SPDX-License-Identifier: Apache-2.0
// Charts: lines that step over time, and curves over anything else. uPlot draws them; here stand
// what is drawn of very many points, the legend, the keys and the colors.
'use strict';
(() => {
    const el = iopf4j.el;
    const HEIGHT = 260;
    const PAPER_WIDTH = 690;
    const BINS = 900;

    // Where the value at some time stands in sorted times: the last index not after it, or -1.
    const indexAt = (times, at) => {
        let low = 0;
        let high = times.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (times[middle] <= at) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    };

    // Of each series at most a few points for each bin of the view, its extremes among them, so
    // that no peak is lost; all of its points if these are few.
    const resample = (series, from, to) => {
        const exact = new Set([from, to]);
        let points = 0;
        const starts = series.map((one) => Math.max(0, indexAt(one.times, from)));
        const ends = series.map((one) => indexAt(one.times, to));
        series.forEach((one, s) => {
            points += Math.max(0, ends[s] - starts[s]);
        });
        if (points <= 2 * BINS) {
            series.forEach((one, s) => {
                for (let i = starts[s]; i <= ends[s]; i++) {
                    if (one.times[i] >= from) {
                        exact.add(one.times[i]);
                    }
                }
            });
            const x = [...exact].sort((a, b) => a - b);
            return [x, ...series.map((one) => {
                let i = -1;
                return x.map((at) => {
                    while (i + 1 < one.times.length && one.times[i + 1] <= at) {
                        i++;
                    }
                    return i < 0 ? 0 : one.values[i];
                });
            })];
        }
        const x = new Float64Array(2 * BINS + 1);
        const step = (to - from) / BINS;
        for (let b = 0; b < BINS; b++) {
            x[2 * b] = from + b * step;
            x[2 * b + 1] = from + (b + 0.5) * step;
        }
        x[2 * BINS] = to;
        return [x, ...series.map((one) => {
            const y = new Float64Array(x.length);
            let i = indexAt(one.times, from);
            let now = i < 0 ? 0 : one.values[i];
            for (let b = 0; b < BINS; b++) {
                const end = from + (b + 1) * step;
                let least = now;
                let most = now;
                while (i + 1 < one.times.length && one.times[i + 1] < end) {
                    now = one.values[++i];
                    least = Math.min(least, now);
                    most = Math.max(most, now);
                }
                y[2 * b] = most;
                y[2 * b + 1] = least;
            }
            y[2 * BINS] = now;
            return y;
        })];
    };

    // A short line as a series is drawn.
    const sample = (mark) => {
        const line = el('svg:line', {x1: 1, y1: 6, x2: 33, y2: 6, class: mark.name,
            'stroke-dasharray': mark.dash.join(' ') || null});
        return el('svg:svg', {width: 34, height: 12, 'aria-hidden': 'true'}, line);
    };

    // The frame that all charts share: {title, series: [{name, mark, off}], limits: [{name, value}],
    // x, y: {label, format(value), log}, data(from, to) for uPlot, from, to, path}.
    const chart = (parent, spec) => {
        const readings = [];
        const marks = spec.series.map((one, i) => one.mark === undefined ? i : one.mark);
        const shown = spec.series.map((one) => !one.off);
        let plot = null;
        let from = spec.from;
        let to = spec.to;

        const reset = el('button', {type: 'button', class: 'quiet reset', text: 'Whole range',
            hidden: true, on: {click: () => zoom(spec.from, spec.to)}});
        const legend = el('div', {class: 'legend'});
        spec.series.forEach((one, i) => {
            const reading = el('span', {class: 'reading'});
            const item = el('button', {type: 'button', 'aria-pressed': String(shown[i]),
                title: 'Show or hide'}, sample(iopf4j.mark(marks[i])),
                el('span', {text: one.name}), reading);
            item.addEventListener('click', () => {
                shown[i] = !shown[i];
                item.setAttribute('aria-pressed', String(shown[i]));
                plot.setSeries(i + 1, {show: shown[i]});
            });
            readings.push(reading);
            legend.append(item);
        });
        for (const limit of spec.limits) {
            legend.append(el('span', {class: 'limit'},
                sample({name: 'mark-limit', dash: [3, 3]}), limit.name));
        }
        const where = el('span', {class: 'where'});
        const box = el('div', {class: 'plot', tabindex: '0', role: 'group',
            'aria-roledescription': 'chart', 'aria-label': spec.title
            + '. ' + (spec.description || '') + ' Plus and minus zoom, the arrows move.'});
        const figure = el('figure', {class: 'chart'},
            el('figcaption', {}, el('span', {class: 'caption', text: spec.title}), where, reset),
            box, legend);
        parent.append(figure);

        const draw = () => {
            const axis = iopf4j.color('ink-soft');
            const gridColor = iopf4j.color('line');
            const font = '12px system-ui, "DejaVu Sans", sans-serif';
            const width = Math.max(280, box.clientWidth);
            if (plot !== null) {
                plot.destroy();
            }
            const common = {stroke: axis, font, labelFont: font,
                grid: {stroke: gridColor, width: 1}, ticks: {stroke: gridColor, width: 1, size: 5}};
            const most = Math.max(spec.most || 0, ...spec.limits.map((limit) => limit.value));
            plot = new uPlot({
                width,
                height: spec.height || HEIGHT,
                legend: {show: false},
                padding: [12, 22, 0, 0],
                cursor: {drag: {x: true, y: false, setScale: false},
                    focus: {prox: 24}, points: {size: 7}},
                focus: {alpha: 0.35},
                scales: {
                    x: {time: false, distr: spec.x.log ? 3 : 1, range: () => [from, to]},
                    y: {range: (u, low, high) => spec.y.range
                        || [0, Math.max(1, high === null ? 0 : high, most) * 1.08]},
                },
                axes: [
                    {...common, label: spec.x.label, labelSize: 22, size: 34, space: 70,
                        splits: spec.x.splits, filter: (u, splits) => splits,
                        values: (u, splits) => splits.map((v) => v === null ? '' : spec.x.format(v))},
                    {...common, label: spec.y.label, labelSize: 22, size: 54,
                        incrs: spec.y.whole ? [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4,
                            2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 1e7, 1e8] : undefined,
                        values: (u, splits) => splits.map((v) => spec.y.format(v))},
                ],
                series: [{}, ...spec.series.map((one, i) => {
                    const mark = iopf4j.mark(marks[i]);
                    return {label: one.name, show: shown[i], stroke: mark.color, dash: mark.dash,
                        width: 1.75, paths: spec.path, points: {show: spec.points === true, size: 7,
                            fill: mark.color}};
                })],
                hooks: {
                    draw: [(u) => limits(u, spec.limits), (u) => marked(u, spec.mark)],
                    setCursor: [(u) => read(u)],
                    setSelect: [(u) => {
                        if (u.select.width > 4) {
                            zoom(u.posToVal(u.select.left, 'x'),
                                u.posToVal(u.select.left + u.select.width, 'x'));
                        }
                        u.setSelect({left: 0, width: 0, top: 0, height: 0}, false);
                    }],
                },
            }, spec.data(from, to), box);
            plot.over.addEventListener('dblclick', () => zoom(spec.from, spec.to));
        };

        const limits = (u, lines) => {
            const context = u.ctx;
            context.save();
            context.strokeStyle = iopf4j.color('limit');
            context.fillStyle = context.strokeStyle;
            context.lineWidth = 1.5 * devicePixelRatio;
            context.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
            context.font = 12 * devicePixelRatio + 'px system-ui, "DejaVu Sans", sans-serif';
            context.textAlign = 'right';
            context.textBaseline = 'bottom';
            for (const line of lines) {
                const y = Math.round(u.valToPos(line.value, 'y', true)) + 0.5;
                context.beginPath();
                context.moveTo(u.bbox.left, y);
                context.lineTo(u.bbox.left + u.bbox.width, y);
                context.stroke();
                context.fillText(line.name, u.bbox.left + u.bbox.width - 6 * devicePixelRatio,
                    y - 3 * devicePixelRatio);
            }
            context.restore();
        };

        // A place on the x axis that is to be seen whatever stands there.
        const marked = (u, mark) => {
            if (!mark || mark.at < from || mark.at > to) {
                return;
            }
            const context = u.ctx;
            const x = Math.round(u.valToPos(mark.at, 'x', true)) + 0.5;
            const isLeft = x < u.bbox.left + u.bbox.width / 2;
            context.save();
            context.strokeStyle = iopf4j.color('good');
            context.fillStyle = context.strokeStyle;
            context.lineWidth = 2 * devicePixelRatio;
            context.font = '600 ' + 12 * devicePixelRatio + 'px system-ui, "DejaVu Sans", sans-serif';
            context.textAlign = isLeft ? 'left' : 'right';
            context.textBaseline = 'middle';
            context.beginPath();
            context.moveTo(x, u.bbox.top);
            context.lineTo(x, u.bbox.top + u.bbox.height);
            context.stroke();
            context.fillText(mark.name, x + (isLeft ? 8 : -8) * devicePixelRatio,
                u.bbox.top + u.bbox.height / 2);
            context.restore();
        };

        const read = (u) => {
            const i = u.cursor.idx;
            const isOn = i !== null && i !== undefined && u.cursor.left >= 0;
            where.textContent = isOn ? spec.x.format(u.data[0][i], true) : '';
            readings.forEach((reading, s) => {
                const value = isOn ? u.data[s + 1][i] : null;
                reading.textContent = value === null || value === undefined ? ''
                    : spec.y.format(value);
            });
        };

        const zoom = (newFrom, newTo) => {
            from = Math.max(spec.from, newFrom);
            to = Math.min(spec.to, newTo);
            reset.hidden = from <= spec.from && to >= spec.to;
            plot.setData(spec.data(from, to));
        };

        // By parts of the view, on the axis as it is drawn.
        const move = (byFrom, byTo) => {
            const forward = spec.x.log ? Math.log : (v) => v;
            const back = spec.x.log ? Math.exp : (v) => v;
            const a = forward(from);
            const b = forward(to);
            const least = forward(spec.from);
            const most = forward(spec.to);
            let newA = a + byFrom * (b - a);
            let newB = b + byTo * (b - a);
            if (byFrom === byTo) {
                const shift = newA < least ? least - newA : newB > most ? most - newB : 0;
                newA += shift;
                newB += shift;
            }
            zoom(newA <= least ? spec.from : back(newA), newB >= most ? spec.to : back(newB));
        };
        const KEYS = {'+': [0.25, -0.25], '=': [0.25, -0.25], '-': [-0.5, 0.5],
            ArrowLeft: [-0.2, -0.2], ArrowRight: [0.2, 0.2], 0: [-1e9, 1e9]};
        box.addEventListener('keydown', (event) => {
            const by = KEYS[event.key];
            if (by && !event.ctrlKey && !event.metaKey && !event.altKey) {
                move(...by);
                event.preventDefault();
            }
        });

        draw();
        const resize = (width) => plot.setSize({width, height: spec.height || HEIGHT});
        new ResizeObserver(() => {
            if (box.clientWidth > 0 && Math.abs(plot.width - box.clientWidth) > 1) {
                resize(Math.max(280, box.clientWidth));
            }
        }).observe(box);
        document.addEventListener('themechange', draw);
        window.addEventListener('beforeprint', () => resize(PAPER_WIDTH));
        window.addEventListener('afterprint', () => resize(Math.max(280, box.clientWidth)));
        return {figure, zoom};
    };

    // Ticks of a logarithmic axis: 1, 2 and 5 of each power of ten, fewer if these are many.
    iopf4j.decades = (u, axis, from, to) => {
        const parts = to / from > 2e3 ? [1] : to / from > 200 ? [1, 3] : [1, 2, 5];
        const found = [];
        for (let power = Math.floor(Math.log10(from)); Math.pow(10, power) <= to; power++) {
            for (const n of parts) {
                const at = n * Math.pow(10, power);
                if (at >= from && at <= to) {
                    found.push(at);
                }
            }
        }
        return found;
    };

    // What changes over time in steps: {title, description, yLabel, end, series: [{name, times,
    // values, mark, off}], limits: [{name, value}]}. Times are ns from 0 to 'end', ascending; a value
    // holds from its time on, before the first it is 0; 'mark' is the number of its color and dashes,
    // 'off' hides it at first; 'most' is what the axis has room for at least. Any number of points.
    iopf4j.steps = (parent, spec) => {
        const end = Math.max(spec.end, 1);
        const [unit, size] = iopf4j.timeUnit(end);
        let most = spec.most || 0;
        for (const one of spec.series) {
            for (const value of one.values) {
                most = Math.max(most, value);
            }
        }
        return chart(parent, {
            title: spec.title,
            description: spec.description,
            series: spec.series,
            limits: spec.limits || [],
            x: {label: 'virtual time, ' + unit, format: (v, isExact) => isExact ? iopf4j.time(
                Math.round(v)) : String(+(v / size).toPrecision(7))},
            y: {label: spec.yLabel, whole: true, format: (v) => iopf4j.count(v)},
            most,
            from: 0,
            to: end,
            data: (from, to) => resample(spec.series, from, to),
            path: uPlot.paths.stepped({align: 1}),
        });
    };

    // Lines over something: {title, description, x: {label, values, format, log, splits}, y: {label,
    // format, range, whole}, series: [{name, values, mark, off}], limits: [{name, value}], isStepped,
    // points, mark: {name, at}}. The x values ascend, and are positive if 'log'; a value may be null; 'format' writes a
    // value of the axis, plain if left out; 'points' marks each value, 'mark' a place on the x axis.
    iopf4j.curves = (parent, spec) => {
        const x = spec.x.values;
        const plain = (v) => String(+Number(v).toPrecision(6));
        let most = 0;
        for (const one of spec.series) {
            for (const value of one.values) {
                most = Math.max(most, value);
            }
        }
        return chart(parent, {
            title: spec.title,
            description: spec.description,
            series: spec.series,
            limits: spec.limits || [],
            x: {format: plain, ...spec.x},
            y: {format: plain, ...spec.y},
            most,
            from: x[0],
            to: x.length > 1 ? x[x.length - 1] : x[0] + 1,
            data: () => [x, ...spec.series.map((one) => one.values)],
            path: spec.isStepped ? uPlot.paths.stepped({align: 1}) : uPlot.paths.linear(),
            points: spec.points,
            mark: spec.mark,
        });
    };
})();
