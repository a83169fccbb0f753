#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""From reset to an answered page request, on VT-d behind a qtest socket.

    ./iopf4j serve --iommu vtd --qtest unix:/tmp/vtd.sock &
    python3 docs/qtest-vtd-example.py /tmp/vtd.sock

A device asks for a translation that is not there, sends a page request, the
page is mapped, the group is answered, and the device reads its data. Standard
library only.
"""
import socket
import sys

VTD, ENDPOINT = 0xFED90000, 0xFEDB0000

# Registers of the remapping unit.
GCMD, GSTS, RTADDR = 0x18, 0x1C, 0x20
IQH, IQT, IQA = 0x80, 0x88, 0x90
PQH, PQT, PQA, PRS, PECTL = 0xC0, 0xC8, 0xD0, 0xDC, 0xE0
TE, SRTP, QIE = 1 << 31, 1 << 30, 1 << 26

# Registers of the endpoint block.
REQUESTER, PASID, ADDRESS, ACCESS = 0x00, 0x04, 0x08, 0x10
GROUP, GO, ENDED, RESPONSE, DATA, ATS = 0x14, 0x18, 0x28, 0x30, 0x38, 0x40

# Where this script puts things; memory begins at 0.
ROOT, CONTEXTS, DIRECTORY, PASIDS = 0x100000, 0x101000, 0x102000, 0x103000
TABLES, PAGE = 0x104000, 0x108000
COMMANDS, REQUESTS, STATUS, MESSAGE = 0x110000, 0x120000, 0x130000, 0x130008
DEVICE, SPACE, DOMAIN, IOVA = 0x0310, 0x42, 1, 0x7F1234567000


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


class Vtd:
    """A very small driver of scalable mode."""

    def __init__(self, qtest):
        self.qtest = qtest
        self.tail = 0

    def enable(self):
        """Both queues, the page request event, the root table, translation."""
        q = self.qtest
        q.writeq(VTD + IQA, COMMANDS | 1 << 11)  # 128 descriptors of 32 bytes
        q.writel(VTD + GCMD, QIE)
        q.writeq(VTD + PQH, 0)
        q.writeq(VTD + PQT, 0)
        q.writeq(VTD + PQA, REQUESTS)  # 128 requests of 32 bytes
        q.writel(VTD + PECTL + 4, 0x42)  # the message, and where it goes
        q.writel(VTD + PECTL + 8, MESSAGE)
        q.writel(VTD + PECTL, 0)
        q.writeq(VTD + RTADDR, ROOT | 1 << 10)  # scalable-mode tables
        q.writel(VTD + GCMD, QIE | SRTP)
        q.writel(VTD + GCMD, QIE | TE)
        assert q.readl(VTD + GSTS) == TE | SRTP | QIE

    def command(self, word0, word1=0):
        """A descriptor and a wait behind it, done when the tail is written."""
        q = self.qtest
        for words in ((word0, word1), (5 | 1 << 5 | 1 << 32, STATUS)):
            for i, word in enumerate(words + (0, 0)):
                q.writeq(COMMANDS + self.tail + 8 * i, word)
            self.tail = (self.tail + 32) % 0x1000
        q.writel(STATUS, 0)
        q.writel(VTD + IQT, self.tail)
        assert q.readl(STATUS) == 1, "a descriptor was refused"

    def use_first_stage(self):
        """One device, one PASID, an empty table of four levels."""
        q = self.qtest
        bus, function = DEVICE >> 8, DEVICE & 0xFF
        q.writeq(ROOT + bus * 16, CONTEXTS | 1)  # functions below 0x80
        q.writeq(CONTEXTS + function * 32, DIRECTORY | 0b11101)  # PRE, PASIDE, DTE
        q.writeq(DIRECTORY + (SPACE >> 6) * 8, PASIDS | 1)
        entry = PASIDS + (SPACE & 63) * 64
        q.writeq(entry + 16, TABLES)
        q.writeq(entry + 8, DOMAIN)
        q.writeq(entry, 1 << 6 | 2 << 2 | 1)  # first stage, present

    def map(self, iova, page):
        """Four levels of 4 KiB tables, one after the other."""
        q = self.qtest
        for level in range(3):
            table = TABLES + level * 0x1000
            index = iova >> 39 - 9 * level & 0x1FF
            q.writeq(table + index * 8, table + 0x1000 | 7)
        leaf = TABLES + 0x3000 + (iova >> 12 & 0x1FF) * 8
        q.writeq(leaf, page | 7)  # present, writable, user
        self.command(6 | 3 << 4 | DOMAIN << 16 | SPACE << 32, iova)  # PASID-based IOTLB

    def page_request(self):
        """Takes the oldest request: two words."""
        q = self.qtest
        q.writel(VTD + PRS, 1)  # first, so that the next one is told again
        head = q.readq(VTD + PQH)
        assert q.readq(VTD + PQT) != head, "no request"
        request = [q.readq(REQUESTS + head + i * 8) for i in range(2)]
        q.writeq(VTD + PQH, (head + 32) % 0x1000)
        return request

    def respond(self, request, code):
        """A page group response to the last request of a group."""
        rid, pasid = request[0] >> 16 & 0xFFFF, request[0] >> 32 & 0xFFFFF
        self.command(9 | 1 << 4 | code << 12 | rid << 16 | pasid << 32, request[1] & 0xFFC)


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} SOCKET")
    q = Qtest(sys.argv[1])
    q.command("irq_intercept_in ioapic")
    vtd = Vtd(q)
    vtd.enable()
    vtd.use_first_stage()

    q.writel(ENDPOINT + REQUESTER, DEVICE)
    q.writel(ENDPOINT + PASID, SPACE | 1 << 31)
    q.writeq(ENDPOINT + ADDRESS, IOVA)
    q.writel(ENDPOINT + ACCESS, 0b11)  # read and write
    q.writel(ENDPOINT + GROUP, 0x15 | 1 << 16)  # the last of its group
    q.writel(ENDPOINT + GO, 4)  # a translation request
    print(f"allowed {q.readq(ENDPOINT + ATS) >> 4 & 0b11}")
    q.writel(ENDPOINT + GO, 2)  # a page request
    print(f"interrupts {q.interrupts}, message {q.readl(MESSAGE):#x}")

    request = vtd.page_request()
    print(f"request {request[0]:#018x} {request[1]:#018x}")

    q.writeq(PAGE, 0x0123456789ABCDEF)
    vtd.map(IOVA, PAGE)
    vtd.respond(request, 0)
    response = q.readq(ENDPOINT + RESPONSE)
    print(f"response {response >> 12 & 0xF} to group {response & 0x1FF:#x}")

    q.writel(ENDPOINT + ACCESS, 1)
    q.writel(ENDPOINT + GO, 1)
    ended = q.readq(ENDPOINT + ENDED)
    print(f"access {ended & 0xFFFFFFFF} ended {ended >> 32 & 0xFF}, data {q.readq(ENDPOINT + DATA):#x}")


if __name__ == "__main__":
    main()
