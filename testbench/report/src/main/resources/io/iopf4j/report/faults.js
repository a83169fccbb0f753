// SPDX-License-Identifier: Apache-2.0
// A run's faults, in columns as the data has them, and what can be counted of them over time.
'use strict';
(() => {
    const data = iopf4j.data;
    const given = data.faults;
    const read = (name, like) => iopf4j.column(given[name], given.count, like);

    const faults = {count: given.count};
    for (const name of ['vm', 'device', 'pasid', 'grpid', 'tag', 'addrHigh', 'addrLow', 'requests',
        'records', 'code', 'recorded', 'fate', 'result', 'raised']) {
        faults[name] = read(name);
    }
    faults.queued = read('queued', faults.raised);
    faults.reported = read('reported', faults.queued);
    faults.delivered = read('delivered', faults.reported);
    faults.answered = read('answered', faults.reported);
    faults.completed = read('completed', faults.answered);
    iopf4j.faults = faults;

    // The last thing that happened to any fault.
    faults.end = 1;
    for (const name of ['raised', 'queued', 'reported', 'delivered', 'answered', 'completed']) {
        for (const time of faults[name]) {
            faults.end = Math.max(faults.end, time);
        }
    }

    // From raised to answered; of what was never answered, to the end of all.
    faults.waited = Float64Array.from(faults.raised, (raised, i) =>
        (faults.answered[i] >= 0 ? faults.answered[i]
            : faults.completed[i] >= 0 ? faults.completed[i] : faults.end) - raised);

    faults.address = (i) => '0x' + (faults.addrHigh[i] > 0
        ? faults.addrHigh[i].toString(16) + faults.addrLow[i].toString(16).padStart(8, '0')
        : faults.addrLow[i].toString(16));
    // 15 is failure as the series of 2017 numbers it.
    faults.codeName = (code) => code < 0 ? ''
        : code < data.codes.length ? data.codes[code] : code === 15 ? data.codes[2] : 'no such code';
    faults.differs = (i) => data.comparison !== undefined && faults.recorded[i] !== faults.code[i];

    // When the driver took its record. One whose report failed was taken all the same: the fault was
    // answered, or ended.
    faults.taken = (i) => faults.reported[i] >= 0 ? faults.reported[i]
        : faults.answered[i] >= 0 ? faults.answered[i] : faults.completed[i];

    faults.all = Uint32Array.from({length: faults.count}, (unused, i) => i);
    faults.ofVm = data.vms.map(() => []);
    for (const i of faults.all) {
        faults.ofVm[faults.vm[i]].push(i);
    }

    // How many of some faults there are over time: {times, values}, each fault from begin(i) to
    // end(i), of which -1 is never; weight(i) counts it for more than one.
    faults.overTime = (some, begin, end, weight) => {
        const begun = [];
        const ended = [];
        for (const i of some) {
            if (begin(i) >= 0) {
                for (let n = weight ? weight(i) : 1; n > 0; n--) {
                    begun.push(begin(i));
                    if (end(i) >= 0) {
                        // Of one that was recorded again the last report may be an earlier one.
                        ended.push(Math.max(begin(i), end(i)));
                    }
                }
            }
        }
        const begins = Float64Array.from(begun).sort();
        const ends = Float64Array.from(ended).sort();
        const times = [];
        const values = [];
        let b = 0;
        let e = 0;
        while (b < begins.length || e < ends.length) {
            const now = Math.min(b < begins.length ? begins[b] : Infinity,
                e < ends.length ? ends[e] : Infinity);
            const before = b - e;
            while (begins[b] === now) {
                b++;
            }
            while (ends[e] === now) {
                e++;
            }
            if (b - e !== before) {
                times.push(now);
                values.push(b - e);
            }
        }
        return {times, values};
    };
})();
