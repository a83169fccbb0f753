#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From reset to a resumed stall, on the SMMUv3 behind a qtest socket.

    ./iopf4j serve --qtest unix:/tmp/smmu.sock &
    python3 docs/qtest-example.py /tmp/smmu.sock

A device reads through an empty table, the access stalls, the missing page is
mapped, the access is retried and gets its data. Standard library only.
"""
import socket
import sys

SMMU, ENDPOINT, MEMORY = 0x09050000, 0x0B000000, 0x40000000

# Registers of the SMMU.
CR0, CR0ACK, CR2, IRQ_CTRL = 0x20, 0x24, 0x2C, 0x50
STRTAB_BASE, STRTAB_BASE_CFG = 0x80, 0x88
CMDQ_BASE, CMDQ_PROD, CMDQ_CONS = 0x90, 0x98, 0x9C
EVENTQ_BASE, EVENTQ_PROD, EVENTQ_CONS = 0xA0, 0x100A8, 0x100AC

# Registers of the endpoint block.
REQUESTER, PASID, ADDRESS, ACCESS, GO = 0x00, 0x04, 0x08, 0x10, 0x18
OUTSTANDING, ENDED, DATA = 0x20, 0x28, 0x38

# Where this script puts things.
STREAMS, COMMANDS, EVENTS = MEMORY, MEMORY + 0x10000, MEMORY + 0x20000
CONTEXT, TABLES, PAGE = MEMORY + 0x30000, MEMORY + 0x40000, MEMORY + 0x50000
STREAM, ASID, IOVA = 0x10, 1, 0x12345678


class Qtest:
    """One command, one answer; interrupts come before the answer."""

    def __init__(self, path):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(path)
        self.lines = connection.makefile("rw", encoding="ascii", newline="\n")
        self.interrupts = []

    def command(self, line):
        self.lines.write(line + "\n")
        self.lines.flush()
        while True:
            answer = self.lines.readline().rstrip("\n")
            if answer.startswith("IRQ raise "):
                self.interrupts.append(int(answer.split()[2]))
            elif not answer.startswith("IRQ "):
                break
        if answer.split(" ")[0] != "OK":
            raise RuntimeError(f"{line}: {answer or 'the server has gone'}")
        return answer[3:]

    def writel(self, address, value):
        self.command(f"writel {address:#x} {value:#x}")

    def writeq(self, address, value):
        self.command(f"writeq {address:#x} {value:#x}")

    def readl(self, address):
        return int(self.command(f"readl {address:#x}"), 16)

    def readq(self, address):
        return int(self.command(f"readq {address:#x}"), 16)


class Smmu:
    """A very small driver."""

    def __init__(self, qtest):
        self.qtest = qtest
        self.prod = 0

    def enable(self):
        """Tables, queues and interrupts, then all of it on."""
        q = self.qtest
        q.writeq(SMMU + STRTAB_BASE, STREAMS)
        q.writel(SMMU + STRTAB_BASE_CFG, 8)  # linear, 256 streams
        q.writeq(SMMU + CMDQ_BASE, COMMANDS | 4)  # 16 commands
        q.writeq(SMMU + EVENTQ_BASE, EVENTS | 4)  # 16 events
        q.writel(SMMU + CR2, 2)  # record streams out of range
        q.writel(SMMU + IRQ_CTRL, 0b101)  # event queue and global errors
        q.writel(SMMU + CR0, 0b1101)  # commands, events, translation
        assert q.readl(SMMU + CR0ACK) == 0b1101

    def command(self, word0, word1=0):
        """Consumed, with all that follows from it, when the doorbell returns."""
        q = self.qtest
        slot = COMMANDS + (self.prod & 15) * 16
        q.writeq(slot, word0)
        q.writeq(slot + 8, word1)
        self.prod = (self.prod + 1) & 31
        q.writel(SMMU + CMDQ_PROD, self.prod)
        assert q.readl(SMMU + CMDQ_CONS) == self.prod, "a command was refused"

    def use_stage_one(self, stream):
        """One context whose translation faults stall, over an empty table."""
        q = self.qtest
        # T0SZ 16, EPD1, V, IPS 48 bits, AA64, S and R and A.
        descriptor = 16 | 1 << 30 | 1 << 31 | 5 << 32 | 1 << 41 | 7 << 44
        q.writeq(CONTEXT + 8, TABLES)
        q.writeq(CONTEXT, descriptor | ASID << 48)
        entry = STREAMS + stream * 64
        q.writeq(entry + 8, 1 << 44)  # the memory type that comes in
        q.writeq(entry, 1 | 5 << 1 | CONTEXT)  # valid, stage 1
        self.command(0x03 | stream << 32, 1)  # CFGI_STE

    def map(self, iova, page):
        """Four levels of 4 KiB tables, one after the other."""
        q = self.qtest
        for level in range(3):
            table = TABLES + level * 0x1000
            index = iova >> 39 - 9 * level & 0x1FF
            q.writeq(table + index * 8, table + 0x1000 | 3)
        leaf = TABLES + 0x3000 + (iova >> 12 & 0x1FF) * 8
        q.writeq(leaf, page | 1 << 10 | 1 << 6 | 3)  # accessed, read and write
        self.command(0x12 | ASID << 48, iova & ~0xFFF | 1)  # TLBI_NH_VA

    def event(self):
        """Takes the oldest record: four words."""
        q = self.qtest
        cons = q.readl(SMMU + EVENTQ_CONS)
        assert q.readl(SMMU + EVENTQ_PROD) != cons, "no event"
        record = [q.readq(EVENTS + (cons & 15) * 32 + i * 8) for i in range(4)]
        q.writel(SMMU + EVENTQ_CONS, (cons + 1) & 31)
        return record


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} SOCKET")
    q = Qtest(sys.argv[1])
    q.command("irq_intercept_in gic")
    smmu = Smmu(q)
    smmu.enable()
    smmu.use_stage_one(STREAM)

    q.writel(ENDPOINT + REQUESTER, STREAM)
    q.writel(ENDPOINT + PASID, 0)  # none
    q.writeq(ENDPOINT + ADDRESS, IOVA)
    q.writel(ENDPOINT + ACCESS, 1)  # read
    q.writel(ENDPOINT + GO, 1)
    print(f"outstanding {q.readl(ENDPOINT + OUTSTANDING)}, interrupts {q.interrupts}")

    record = smmu.event()
    tag = record[1] & 0xFFFF
    print(
        f"event {record[0] & 0xFF:#x} of stream {record[0] >> 32:#x},"
        f" stalled {record[1] >> 31 & 1}, address {record[2]:#x}"
    )

    q.writeq(PAGE + (IOVA & 0xFFF), 0x0123456789ABCDEF)
    smmu.map(IOVA, PAGE)
    smmu.command(0x44 | 1 << 12 | STREAM << 32, tag)  # RESUME, retry

    ended = q.readq(ENDPOINT + ENDED)
    print(f"access {ended & 0xFFFFFFFF} ended {ended >> 32 & 0xFF}, data {q.readq(ENDPOINT + DATA):#x}")


if __name__ == "__main__":
    main()
