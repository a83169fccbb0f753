/* SPDX-License-Identifier: Apache-2.0 */
/* The one JVM of the process: its start and its end, and the threads that are attached to it. */
#define _GNU_SOURCE
#include "embed.h"

#include "find.h"

#include <dlfcn.h>
#include <errno.h>
#include <fnmatch.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_OPTIONS 256
#define OWN_OPTIONS 8
#define SAID 400

static enum { FRESH, RUNNING, OVER } phase;

/* Calls hold it to read, so that the JVM does not end below them. */
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static JavaVM *jvm;
static pid_t process;
static pthread_key_t attached;

/* ---- Threads ---- */

/* At a thread's end. */
static void detach(void *marked)
{
	(void)marked;
	pthread_rwlock_rdlock(&lock);
	if (phase == RUNNING && getpid() == process)
		(*jvm)->DetachCurrentThread(jvm);
	pthread_rwlock_unlock(&lock);
}

static int attach(JNIEnv **env)
{
	void *known;

	if ((*jvm)->GetEnv(jvm, &known, JNI_VERSION_10) == JNI_OK) {
		*env = known;
		return 0;
	}
	/* A daemon: the end of the JVM does not wait for it. */
	if ((*jvm)->AttachCurrentThreadAsDaemon(jvm, &known, NULL) != JNI_OK)
		return embed_fail(ENOMEM, "the JVM cannot take another thread");
	pthread_setspecific(attached, &attached);
	*env = known;
	return 0;
}

static int check_running(void)
{
	if (phase == FRESH)
		return embed_fail(ESHUTDOWN, "the JVM is not running: call iopf4j_start() first");
	if (phase == OVER)
		return embed_fail(ESHUTDOWN, "the JVM was stopped, and all benches with it");
	if (getpid() != process)
		return embed_fail(ESHUTDOWN, "the JVM is another process's: it does not survive fork()");
	return 0;
}

int embed_enter(JNIEnv **env)
{
	int ret;

	pthread_rwlock_rdlock(&lock);
	ret = check_running();
	if (!ret)
		ret = attach(env);
	if (ret)
		pthread_rwlock_unlock(&lock);
	return ret;
}

void embed_leave(void)
{
	pthread_rwlock_unlock(&lock);
}

/* ---- What the JVM says while it starts ---- */

static char said[SAID];
static size_t said_length;
static bool is_starting;

/*
 * What it says while it starts is the reason of an error; but for some things, such as a heap that
 * the machine has not, it ends the process, without a hook to come between. Then all goes out.
 */
static jint JNICALL jvm_prints(FILE *file, const char *fmt, va_list args)
{
	int length;

	if (!is_starting)
		return vfprintf(file, fmt, args);
	length = vsnprintf(said + said_length, SAID - said_length, fmt, args);
	if (length > 0)
		said_length = said_length + (size_t)length < SAID ? said_length + (size_t)length
								  : SAID - 1;
	if (strstr(said, "Error occurred during initialization of VM")) {
		fprintf(stderr, "iopf4j: the JVM ends this process: %s", said);
		is_starting = false;
	}
	return length;
}

/* ---- Start ---- */

struct options {
	JavaVMOption list[MOST_OPTIONS + OWN_OPTIONS];
	jint count;
	char *owned[2];
};

static void add(struct options *options, const char *text, void *hook)
{
	options->list[options->count++] = (JavaVMOption){ (char *)text, hook };
}

/* Whether the caller chose a collector; an error if the list is not one. */
static int check_theirs(const char *const *theirs, bool *has_collector)
{
	int ret = 0;

	*has_collector = false;
	for (size_t i = 0; theirs && theirs[i] && !ret; i++) {
		if (i == MOST_OPTIONS)
			return embed_fail(E2BIG, "jvm_options: more than %d, or no NULL at its end",
					  MOST_OPTIONS);
		ret = embed_check_text(theirs[i], "jvm_options");
		if (!ret && !fnmatch("-XX:+Use*GC", theirs[i], 0))
			*has_collector = true;
	}
	return ret;
}

static int collect(struct options *options, const char *class_path, const char *const *theirs)
{
	bool has_collector;
	char *self;
	int ret = check_theirs(theirs, &has_collector);

	if (!ret)
		ret = embed_find_self(&self);
	if (ret)
		return ret;
	options->owned[0] = embed_print("-Djava.class.path=%s", class_path);
	/* C that a bench loads is linked against this very library. */
	options->owned[1] = embed_print("-Diopf4j.native=%s", self);
	free(self);
	if (!options->owned[0] || !options->owned[1])
		return -ENOMEM;
	add(options, "vfprintf", (void *)(uintptr_t)jvm_prints);
	add(options, options->owned[0], NULL);
	add(options, options->owned[1], NULL);
	add(options, "-Xrs", NULL);
	add(options, "-Xshare:auto", NULL);
	/* Of the collectors it starts soonest, and it has no threads of its own. */
	if (!has_collector)
		add(options, "-XX:+UseSerialGC", NULL);
	for (size_t i = 0; theirs && theirs[i]; i++)
		add(options, theirs[i], NULL);
	return 0;
}

typedef jint(JNICALL *create_function)(JavaVM **, void **, void *);
typedef jint(JNICALL *created_function)(JavaVM **, jsize, jsize *);

static int create_jvm(create_function create, const struct options *options, JNIEnv **env)
{
	JavaVMInitArgs args = {
		.version = JNI_VERSION_10,
		.nOptions = options->count,
		.options = (JavaVMOption *)options->list,
		.ignoreUnrecognized = JNI_FALSE,
	};
	void *its_env;
	jint ret;

	is_starting = true;
	ret = create(&jvm, &its_env, &args);
	is_starting = false;
	if (ret == JNI_EVERSION)
		return embed_fail(ELIBBAD, "that JVM is older than Java 17");
	if (ret != JNI_OK)
		return embed_fail(ret == JNI_ENOMEM ? ENOMEM : EINVAL, "the JVM does not start: %s",
				  said_length ? said : "it does not say why");
	if (said_length)
		fputs(said, stderr);
	/* Attached as a daemon, the thread may end or stay while another one stops the JVM. */
	(*jvm)->DetachCurrentThread(jvm);
	ret = attach(env);
	if (ret)
		(*jvm)->DestroyJavaVM(jvm);
	return ret;
}

static int start_with(const char *libjvm, const char *class_path, const char *const *theirs)
{
	struct options options = { .count = 0 };
	create_function create;
	created_function created;
	JavaVM *other;
	jsize count = 0;
	JNIEnv *env;
	void *image = dlopen(libjvm, RTLD_NOW | RTLD_LOCAL);
	int ret;

	if (!image)
		return embed_fail(ELIBBAD, "no JVM: %s", dlerror());
	create = (create_function)(uintptr_t)dlsym(image, "JNI_CreateJavaVM");
	created = (created_function)(uintptr_t)dlsym(image, "JNI_GetCreatedJavaVMs");
	if (!create || !created)
		return embed_fail(ELIBBAD, "no JVM: %s has no JNI_CreateJavaVM", libjvm);
	if (created(&other, 1, &count) == JNI_OK && count > 0)
		return embed_fail(EBUSY, "this process has a JVM that iopf4j did not start");
	ret = collect(&options, class_path, theirs);
	if (!ret) {
		ret = create_jvm(create, &options, &env);
		/* Even if it failed: what one try leaves behind spoils the next. */
		phase = OVER;
	}
	free(options.owned[0]);
	free(options.owned[1]);
	if (ret)
		return ret;
	ret = embed_look_up(env, class_path);
	if (ret) {
		(*jvm)->DetachCurrentThread(jvm);
		(*jvm)->DestroyJavaVM(jvm);
		return ret;
	}
	process = getpid();
	phase = RUNNING;
	return 0;
}

static int start(const struct iopf4j_start_options *theirs)
{
	struct iopf4j_start_options options = { .size = 0 };
	char *libjvm;
	char *class_path;
	int ret;

	if (phase == RUNNING)
		return embed_fail(EALREADY, "the JVM is running already");
	if (phase == OVER)
		return embed_fail(EALREADY, "a process can start the JVM once, and this one did");
	ret = theirs ? embed_read_struct(&options, sizeof(options), theirs, "start options") : 0;
	if (!ret && options.java_home)
		ret = embed_check_text(options.java_home, "java_home");
	if (!ret && options.jar)
		ret = embed_check_text(options.jar, "jar");
	if (!ret)
		ret = embed_find_jvm(options.java_home, &libjvm);
	if (ret)
		return ret;
	ret = embed_find_jar(options.jar, &class_path);
	if (!ret) {
		said_length = 0;
		said[0] = '\0';
		ret = start_with(libjvm, class_path, options.jvm_options);
		free(class_path);
	}
	free(libjvm);
	return ret;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void set_up(void)
{
	pthread_key_create(&attached, detach);
}

int iopf4j_start(unsigned int api_version, const struct iopf4j_start_options *options)
{
	int ret;

	if (api_version != IOPF4J_API_VERSION)
		return embed_fail(EPROTONOSUPPORT,
				  "built for version %u of iopf4j.h, the library has %u: build it again",
				  api_version, IOPF4J_API_VERSION);
	pthread_once(&once, set_up);
	pthread_rwlock_wrlock(&lock);
	ret = start(options);
	pthread_rwlock_unlock(&lock);
	return ret;
}

int iopf4j_stop(void)
{
	int ret;

	pthread_rwlock_wrlock(&lock);
	ret = check_running();
	if (!ret) {
		embed_forget_all();
		phase = OVER;
		/* It attaches this thread itself, and waits for no daemon. */
		(*jvm)->DetachCurrentThread(jvm);
		if ((*jvm)->DestroyJavaVM(jvm) != JNI_OK)
			ret = embed_fail(EIO, "the JVM does not end");
	}
	pthread_rwlock_unlock(&lock);
	return ret;
}
