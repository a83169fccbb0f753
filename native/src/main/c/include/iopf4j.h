/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iopf4j in a C program: a bench with an emulated IOMMU, a host kernel that drives it, and virtual
 * machines whose devices fault. You raise faults, let virtual time run, read a machine's fault
 * queue, answer or do not, and look at what became of each fault.
 *
 *	cc -I native/src/main/c/include -o prog prog.c libiopf4j.so -Wl,-rpath,'$ORIGIN'
 *
 * Nothing else is needed to build; to run, a JVM of Java 17 or newer and iopf4j.jar, which
 * iopf4j_start() finds. docs/c-embedding.md goes from an empty file to a result.
 *
 * Errors. A function returns 0 or a negative errno; one that makes something returns a handle or
 * NULL. iopf4j_error() then says why, in one line. A call that is refused has changed nothing. If
 * the JVM itself failed in the middle of a call (-EIO, -ENOMEM), that bench is only good for
 * iopf4j_bench_destroy().
 *
 * Handles. They are not pointers into memory: NULL, one that was destroyed, one of another kind or
 * any other number is refused with -EINVAL. A machine and a device live as long as their bench.
 *
 * Threads. A bench belongs to the thread that created it; others get -EPERM. Each thread can have
 * benches of its own. iopf4j_start(), iopf4j_stop() and iopf4j_error() are for any thread.
 *
 * Determinism. The same calls on a bench with the same options give the same ledger.
 *
 * Strings are UTF-8. Times are virtual nanoseconds; addresses are bytes.
 */
#ifndef IOPF4J_H
#define IOPF4J_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a function or a structure below changes in a way that a program would notice. */
#define IOPF4J_API_VERSION 1u

#ifndef IOPF4J_PUBLIC
#define IOPF4J_PUBLIC extern
#endif

struct iopf4j_bench;
struct iopf4j_vm;
struct iopf4j_device;

/*
 * A structure with a size begins with it: set it to sizeof() and all that you do not use to 0. So a
 * program goes on with a later library, in which the structure has grown.
 */

/* ---- The JVM ------------------------------------------------------------------------------- */

struct iopf4j_start_options {
	size_t size;
	/*
	 * A JDK or JRE, the folder that has lib/server/libjvm.so. NULL: the environment's
	 * JAVA_HOME, else what the java on the PATH leads to.
	 */
	const char *java_home;
	/*
	 * iopf4j.jar, or a class path whose parts are joined by ':'. NULL: the environment's
	 * IOPF4J_JAR, else iopf4j.jar beside libiopf4j.so.
	 */
	const char *jar;
	/* More options for the JVM, such as "-Xmx256m"; NULL or ended by a NULL. */
	const char *const *jvm_options;
};

/*
 * Starts the JVM. Its threads take no signals of yours: -Xrs is among its options.
 *
 * api_version	IOPF4J_API_VERSION
 * options	NULL for all defaults
 *
 * -EPROTONOSUPPORT	the library has another version of this API
 * -EALREADY		it was started before; a process can do that once, even if it has stopped, or
 *			did not come up
 * -EBUSY		the process has a JVM that something else started
 * -ENOENT		no JVM, or no jar
 * -ELIBBAD		what was found is no JVM, or the jar is of another version
 * -EINVAL		an option that the JVM does not take
 */
IOPF4J_PUBLIC int iopf4j_start(unsigned int api_version, const struct iopf4j_start_options *options);

/*
 * Stops the JVM, and with it all benches. Waits for calls of other threads. -ESHUTDOWN: not running.
 */
IOPF4J_PUBLIC int iopf4j_stop(void);

/*
 * Why the last call of this thread failed that did: one line, "" if none has. Valid until the next
 * call that fails; never NULL. Right before iopf4j_start() too.
 */
IOPF4J_PUBLIC const char *iopf4j_error(void);

/* ---- A bench ------------------------------------------------------------------------------- */

/* The words are those of ./iopf4j run; NULL or 0 stands for the default. */
struct iopf4j_bench_options {
	size_t size;
	const char *iommu;	/* "smmuv3", the default, or "vtd" */
	const char *semantics;	/* "mainline-6.12"; ./iopf4j semantics lists them */
	const char *policy;	/* "none", or "vm-quota=half,timeout=10s"; ./iopf4j policies */
	uint64_t seed;		/* picks among what is ready at once; 1 */
	uint32_t queue_entries; /* of the event or page request queue, a power of two */
	uint32_t stall_entries; /* of SMMUv3's stall buffer */
};

/* A machine with an IOMMU, its driver loaded. NULL for options: all defaults. */
IOPF4J_PUBLIC struct iopf4j_bench *iopf4j_bench_create(const struct iopf4j_bench_options *options);

/* Gives it back, with its machines and devices. */
IOPF4J_PUBLIC int iopf4j_bench_destroy(struct iopf4j_bench *bench);

/*
 * Lets so much virtual time pass and all run that comes up in it: interrupts, the driver, timeouts.
 * 0 lets only run what is ready now. On VT-d an interrupt takes 20 us to reach the driver.
 */
IOPF4J_PUBLIC int iopf4j_run(struct iopf4j_bench *bench, uint64_t ns);

/* ---- Virtual machines and devices ---------------------------------------------------------- */

/* A name is up to 64 characters, and of one machine (or device) of a bench: else -EEXIST. */
IOPF4J_PUBLIC struct iopf4j_vm *iopf4j_vm_add(struct iopf4j_bench *bench, const char *name);

/*
 * A device that is assigned to a machine, not attached yet.
 *
 * pasids	those that it uses, each in [1, 2^20), count of them; NULL if count is 0
 */
IOPF4J_PUBLIC struct iopf4j_device *iopf4j_device_add(struct iopf4j_vm *vm, const char *name,
						      const uint32_t *pasids, size_t count);

/* The dev_id that its records carry: the bench's own number of it, and no object id of iommufd. */
IOPF4J_PUBLIC int iopf4j_device_id(struct iopf4j_device *device, uint32_t *dev_id);

/*
 * Attaches a nested domain that takes faults; nothing if one is attached. Until then every access
 * that finds no page is terminated. -EBUSY: kernels before 6.12 still keep a former owner's faults.
 */
IOPF4J_PUBLIC int iopf4j_device_attach(struct iopf4j_device *device);

/* Puts another domain in the place of the one that is attached. -EINVAL: none is. */
IOPF4J_PUBLIC int iopf4j_device_replace(struct iopf4j_device *device);

/* Takes the domain away, if there is one. */
IOPF4J_PUBLIC int iopf4j_device_detach(struct iopf4j_device *device);

/* Gives it to another machine of the same bench (else -EXDEV), attached there if it was here. */
IOPF4J_PUBLIC int iopf4j_device_move(struct iopf4j_device *device, struct iopf4j_vm *vm);

/* Takes it away from its machine. iopf4j_device_attach() gives it back. */
IOPF4J_PUBLIC int iopf4j_device_remove(struct iopf4j_device *device);

/*
 * What the guest does with its own tables. After SUCCESS the device tries again: with the page
 * mapped the access ends, without it faults once more. -ERANGE: more than 48 bits of address.
 */
IOPF4J_PUBLIC int iopf4j_device_map(struct iopf4j_device *device, uint32_t pasid, uint64_t iova);
IOPF4J_PUBLIC int iopf4j_device_unmap(struct iopf4j_device *device, uint32_t pasid, uint64_t iova);

/* ---- Faults -------------------------------------------------------------------------------- */

#define IOPF4J_NO_PASID UINT32_MAX

#define IOPF4J_PERM_READ (1u << 0)
#define IOPF4J_PERM_WRITE (1u << 1)
#define IOPF4J_PERM_EXEC (1u << 2) /* SMMUv3 */
#define IOPF4J_PERM_PRIV (1u << 3) /* SMMUv3 */

/*
 * A device accesses a page. If it is not mapped, that is a fault, once iopf4j_run() lets it.
 *
 * pasid	one that the device was added with, or IOPF4J_NO_PASID
 * perm		READ, WRITE, EXEC, perhaps PRIV
 * fault	if not NULL, becomes its number, counted from 0 on each bench; its line in the ledger
 */
IOPF4J_PUBLIC int iopf4j_fault(struct iopf4j_device *device, uint32_t pasid, uint64_t iova,
			       uint32_t perm, uint64_t *fault);

struct iopf4j_page {
	uint64_t iova;
	uint32_t perm;
	uint32_t reserved; /* 0 */
};

/*
 * The same with several pages, which VT-d asks for in one group. 6.12's driver lets a device have 32
 * requests outstanding: an access to more ends at once. -EOPNOTSUPP: SMMUv3, and more than one page.
 */
IOPF4J_PUBLIC int iopf4j_fault_group(struct iopf4j_device *device, uint32_t pasid,
				     const struct iopf4j_page *pages, size_t count,
				     uint64_t *fault);

#define IOPF4J_PGFAULT_PASID_VALID (1u << 0)
#define IOPF4J_PGFAULT_LAST_PAGE (1u << 1)

/*
 * A record of a fault queue: 40 bytes, in the layout of struct iommu_hwpt_pgfault of
 * linux/iommufd.h, 6.12. All records of a group have one cookie.
 */
struct iopf4j_pgfault {
	uint32_t flags;
	uint32_t dev_id; /* iopf4j_device_id() */
	uint32_t pasid;	 /* if the flags say so */
	uint32_t grpid;
	uint32_t perm;
	uint32_t reserved;
	uint64_t addr;
	uint32_t length;
	uint32_t cookie;
};

/*
 * Reads whole groups in order of arrival, as read() of the fault file. *count becomes how many
 * records there were: 0 if none waits. Before 6.12, whose kernels have no cookies, only the record
 * that is to be answered has one, and the bench made it.
 *
 * -EINVAL	the next group has more records than there is room for
 * -EBADF	the queue was closed
 */
IOPF4J_PUBLIC int iopf4j_vm_read(struct iopf4j_vm *vm, struct iopf4j_pgfault *records,
				 size_t capacity, size_t *count);

/* 6.12 takes the first two. */
#define IOPF4J_RESP_SUCCESS 0u
#define IOPF4J_RESP_INVALID 1u
#define IOPF4J_RESP_FAILURE 2u

/* Answers a group, as write() to the fault file; any number can be tried. -EINVAL: it is refused. */
IOPF4J_PUBLIC int iopf4j_vm_answer(struct iopf4j_vm *vm, uint32_t cookie, uint32_t code);

/* The machine closes its fault queue; what is outstanding stays so, as in the kernel. */
IOPF4J_PUBLIC int iopf4j_vm_close_queue(struct iopf4j_vm *vm);

/* ---- What has become of them --------------------------------------------------------------- */

enum iopf4j_outcome {
	IOPF4J_ANSWERED,   /* the guest did */
	IOPF4J_TERMINATED, /* ended at once: a policy, no domain, no memory */
	IOPF4J_TIMED_OUT,
	IOPF4J_DRAINED,	    /* its domain, device or queue went away */
	IOPF4J_UNREPORTED,  /* the hardware holds it or dropped it: no record of it was written */
	IOPF4J_OUTSTANDING, /* waits for its answer */
};

IOPF4J_PUBLIC int iopf4j_fault_outcome(struct iopf4j_bench *bench, uint64_t fault,
				       enum iopf4j_outcome *outcome);

/* Faults by what has become of them; the others add up to raised. */
struct iopf4j_fates {
	size_t size;
	uint64_t raised;
	uint64_t answered;
	uint64_t terminated;
	uint64_t timed_out;
	uint64_t drained;
	uint64_t unreported;
	uint64_t outstanding;
};

IOPF4J_PUBLIC int iopf4j_bench_fates(struct iopf4j_bench *bench, struct iopf4j_fates *fates);
IOPF4J_PUBLIC int iopf4j_vm_fates(struct iopf4j_vm *vm, struct iopf4j_fates *fates);

struct iopf4j_state {
	size_t size;
	uint64_t now_ns;
	uint64_t stalled;	  /* recorded by the hardware and not answered */
	uint64_t waiting;	  /* accesses that are to fault but have no room yet */
	uint64_t stalled_at_most; /* in the stall buffer; 0 on VT-d */
	uint64_t queued_at_most;  /* records in the queue of faults */
	uint64_t queue_overflows;
	uint64_t command_errors;
};

IOPF4J_PUBLIC int iopf4j_bench_state(struct iopf4j_bench *bench, struct iopf4j_state *state);

/*
 * Holds the books of hardware, kernel and guests against each other, after letting run what is
 * ready. -EPROTO: something was broken, at any time; a bug, of iopf4j or of the rules under test.
 */
IOPF4J_PUBLIC int iopf4j_bench_check(struct iopf4j_bench *bench);

enum iopf4j_form {
	IOPF4J_LEDGER_JSONL, /* every fault's life, one line each */
	IOPF4J_LEDGER_CSV,
	IOPF4J_REPORT_TEXT, /* as ./iopf4j run prints it */
	IOPF4J_REPORT_JSON,
};

/*
 * Writes it into a buffer, ended by '\0'. *length, if not NULL, becomes how long all of it is,
 * without the '\0'. -ENOSPC: it does not fit, and the buffer has its beginning; a capacity of 0 with
 * a NULL buffer asks for the length.
 */
IOPF4J_PUBLIC int iopf4j_bench_print(struct iopf4j_bench *bench, enum iopf4j_form form,
				     char *buffer, size_t capacity, size_t *length);

/* Writes it into a file, in place of what is there. */
IOPF4J_PUBLIC int iopf4j_bench_write(struct iopf4j_bench *bench, enum iopf4j_form form,
				     const char *path);

#ifdef __cplusplus
}
#endif

#endif
