// SPDX-License-Identifier: Apache-2.0
/*
 * What SumFields.java does, on libtracecmd: reads every event of a trace.dat in the order of time
 * and adds up the last three fields of each. The sum shows that both have read the same.
 *
 *   cc -O2 -o sumfields sumfields.c $(pkg-config --cflags --libs libtracecmd)
 *   ./sumfields FILE
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trace-cmd.h>

#define FIELDS 3
#define EVENTS_MAX 65536

struct plan {
	int count;
	struct tep_format_field *fields[FIELDS];
};

struct sums {
	struct tep_handle *tep;
	struct plan *plans[EVENTS_MAX];
	unsigned long long events;
	long long sum;
};

/* Keeps the last three. */
static void append(struct plan *plan, struct tep_format_field *field)
{
	for (; field; field = field->next) {
		if (plan->count == FIELDS)
			memmove(plan->fields, plan->fields + 1,
				--plan->count * sizeof(plan->fields[0]));
		plan->fields[plan->count++] = field;
	}
}

static struct plan *make_plan(struct tep_event *event)
{
	struct plan *plan = calloc(1, sizeof(*plan));

	if (!plan)
		exit(1);
	append(plan, event->format.common_fields);
	append(plan, event->format.fields);
	return plan;
}

static long long value_of(struct tep_handle *tep, struct tep_format_field *field,
			  struct tep_record *record)
{
	unsigned long long number;

	if (field->flags & TEP_FIELD_IS_DYNAMIC) {
		number = tep_read_number(tep, (char *)record->data + field->offset, 4);
		return strnlen((char *)record->data + (number & 0xffff), number >> 16);
	}
	if (field->flags & TEP_FIELD_IS_STRING)
		return strnlen((char *)record->data + field->offset, field->size);
	number = tep_read_number(tep, (char *)record->data + field->offset, field->size);
	if (field->flags & TEP_FIELD_IS_SIGNED && field->size == 4)
		return (int)number;
	return number;
}

static int add(struct tracecmd_input *input, struct tep_record *record, int cpu, void *data)
{
	struct sums *sums = data;
	int id = tep_data_type(sums->tep, record);
	struct plan *plan;
	int i;

	(void)input;
	(void)cpu;
	sums->events++;
	if (id < 0 || id >= EVENTS_MAX)
		return 0;
	if (!sums->plans[id])
		sums->plans[id] = make_plan(tep_find_event(sums->tep, id));
	plan = sums->plans[id];
	for (i = 0; i < plan->count; i++)
		sums->sum += value_of(sums->tep, plan->fields[i], record);
	return 0;
}

int main(int argc, char **argv)
{
	static struct sums sums;
	struct tracecmd_input *input;

	if (argc != 2) {
		fprintf(stderr, "usage: sumfields FILE\n");
		return 2;
	}
	input = tracecmd_open(argv[1], TRACECMD_FL_LOAD_NO_PLUGINS);
	if (!input) {
		fprintf(stderr, "%s: cannot be read\n", argv[1]);
		return 2;
	}
	sums.tep = tracecmd_get_tep(input);
	if (tracecmd_iterate_events(input, NULL, 0, add, &sums) < 0) {
		fprintf(stderr, "%s: damaged\n", argv[1]);
		return 1;
	}
	printf("%llu events, sum %lld\n", sums.events, sums.sum);
	tracecmd_close(input);
	return 0;
}
