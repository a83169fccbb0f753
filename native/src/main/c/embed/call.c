/* SPDX-License-Identifier: Apache-2.0 */
/* Calls into Java: methods are looked up once, and after each call what was thrown is an error. */
#include "embed.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define PACKAGE "io/iopf4j/jni/embed/"
#define LINE 400
#define LOCAL_REFERENCES 16

struct embed_methods embed_methods;

struct row {
	size_t field;
	const char *name;
	const char *signature;
};

#define FIELD(field) offsetof(struct embed_methods, field)

static const struct row statics[] = {
	{ FIELD(begin), "begin", "()I" },
	{ FIELD(error), "errno", "(Ljava/lang/Throwable;)I" },
	{ FIELD(is_refusal), "isRefusal", "(Ljava/lang/Throwable;)Z" },
	{ FIELD(line), "line", "(Ljava/lang/Throwable;)[B" },
	{ 0, NULL, NULL },
};

static const struct row makers[] = {
	{ FIELD(create), "create", "([B[B[BJII)L" PACKAGE "EmbeddedBench;" },
	{ 0, NULL, NULL },
};

static const struct row methods[] = {
	{ FIELD(add_vm), "addVm", "([B)I" },
	{ FIELD(add_device), "addDevice", "(I[B[I)I" },
	{ FIELD(attach), "attach", "(I)V" },
	{ FIELD(replace), "replace", "(I)V" },
	{ FIELD(detach), "detach", "(I)V" },
	{ FIELD(remove), "remove", "(I)V" },
	{ FIELD(move), "move", "(II)V" },
	{ FIELD(raise), "raise", "(IIJI)I" },
	{ FIELD(raise_group), "raiseGroup", "(II[J[I)I" },
	{ FIELD(map), "map", "(IIJ)V" },
	{ FIELD(unmap), "unmap", "(IIJ)V" },
	{ FIELD(run), "run", "(J)V" },
	{ FIELD(read), "read", "(ILjava/nio/ByteBuffer;)I" },
	{ FIELD(answer), "answer", "(III)V" },
	{ FIELD(close_queue), "closeQueue", "(I)V" },
	{ FIELD(outcome), "outcome", "(J)I" },
	{ FIELD(fates), "fates", "(I)[J" },
	{ FIELD(state), "state", "()[J" },
	{ FIELD(check), "check", "()V" },
	{ FIELD(close), "close", "()V" },
	{ FIELD(output), "output", "(I)[B" },
	{ 0, NULL, NULL },
};

/* ---- What was thrown ---- */

/* Before our own classes are known: what Java says of it. */
static int unknown_thrown(JNIEnv *env, jthrowable thrown)
{
	jclass type = (*env)->GetObjectClass(env, thrown);
	jmethodID to_string = (*env)->GetMethodID(env, type, "toString", "()Ljava/lang/String;");
	jstring text = NULL;
	const char *chars = NULL;

	if (to_string)
		text = (*env)->CallObjectMethod(env, thrown, to_string);
	if (!(*env)->ExceptionCheck(env) && text)
		chars = (*env)->GetStringUTFChars(env, text, NULL);
	(*env)->ExceptionClear(env);
	if (!chars)
		return embed_fail(EIO, "Java threw what it has no words for");

	int ret = embed_fail(EIO, "%s", chars);

	(*env)->ReleaseStringUTFChars(env, text, chars);
	return ret;
}

static int known_thrown(JNIEnv *env, jthrowable thrown, bool *is_refusal)
{
	char line[LINE + 1] = "";
	jclass embedding = embed_methods.embedding;
	jint error = (*env)->CallStaticIntMethod(env, embedding, embed_methods.error, thrown);

	if ((*env)->ExceptionCheck(env))
		return unknown_thrown(env, thrown);
	*is_refusal = (*env)->CallStaticBooleanMethod(env, embedding, embed_methods.is_refusal,
						      thrown);
	if ((*env)->ExceptionCheck(env))
		return unknown_thrown(env, thrown);

	jbyteArray bytes = (*env)->CallStaticObjectMethod(env, embedding, embed_methods.line, thrown);

	if ((*env)->ExceptionCheck(env) || !bytes)
		return unknown_thrown(env, thrown);

	jsize length = (*env)->GetArrayLength(env, bytes);

	(*env)->GetByteArrayRegion(env, bytes, 0, length < LINE ? length : LINE, (jbyte *)line);
	(*env)->ExceptionClear(env);
	return embed_fail(error, "%s", line);
}

int embed_thrown(JNIEnv *env, bool *is_refusal)
{
	jthrowable thrown = (*env)->ExceptionOccurred(env);
	int ret;

	*is_refusal = false;
	if (!thrown)
		return 0;
	(*env)->ExceptionClear(env);
	ret = embed_methods.embedding ? known_thrown(env, thrown, is_refusal)
				      : unknown_thrown(env, thrown);
	/* A thing of the second kind may have thrown another. */
	(*env)->ExceptionClear(env);
	(*env)->DeleteLocalRef(env, thrown);
	return ret;
}

/* ---- Looking up ---- */

static jclass find_class(JNIEnv *env, const char *name)
{
	jclass local = (*env)->FindClass(env, name);

	return local ? (*env)->NewGlobalRef(env, local) : NULL;
}

static bool find_methods(JNIEnv *env, jclass class, const struct row *rows, bool is_static)
{
	for (const struct row *row = rows; row->name; row++) {
		jmethodID id = is_static ? (*env)->GetStaticMethodID(env, class, row->name,
								      row->signature)
					 : (*env)->GetMethodID(env, class, row->name, row->signature);

		if (!id)
			return false;
		memcpy((char *)&embed_methods + row->field, &id, sizeof(id));
	}
	return true;
}

int embed_look_up(JNIEnv *env, const char *jar)
{
	bool is_refusal;
	jclass embedding = find_class(env, PACKAGE "Embedding");
	jclass bench = embedding ? find_class(env, PACKAGE "EmbeddedBench") : NULL;

	if (!bench || !find_methods(env, embedding, statics, true) ||
	    !find_methods(env, bench, makers, true) || !find_methods(env, bench, methods, false)) {
		embed_thrown(env, &is_refusal);
		return embed_fail(ELIBBAD, "%.200s is no iopf4j.jar of this version: %s", jar,
				  iopf4j_error());
	}
	embed_methods.bench = bench;
	embed_methods.embedding = embedding;

	jint version = (*env)->CallStaticIntMethod(env, embedding, embed_methods.begin);

	if (embed_thrown(env, &is_refusal))
		return -EIO;
	if (version != EMBED_JAVA_VERSION)
		return embed_fail(ELIBBAD, "%.200s is of another version: %d, the library has %d", jar,
				  (int)version, EMBED_JAVA_VERSION);
	return 0;
}

/* ---- Calls ---- */

int embed_begin(struct embed_call *call, const void *handle, enum embed_kind kind)
{
	bool is_refusal;
	int ret = embed_enter(&call->env);

	if (ret)
		return ret;
	ret = embed_find(handle, kind, &call->object);
	if (!ret && call->object.is_broken)
		ret = embed_fail(EIO, "the bench broke in an earlier call: it can only be destroyed");
	if (!ret && (*call->env)->PushLocalFrame(call->env, LOCAL_REFERENCES))
		ret = embed_thrown(call->env, &is_refusal);
	if (ret)
		embed_leave();
	return ret;
}

int embed_end(struct embed_call *call)
{
	bool is_refusal;
	int ret = embed_thrown(call->env, &is_refusal);

	if (ret && !is_refusal)
		embed_break(call->object.owner);
	(*call->env)->PopLocalFrame(call->env, NULL);
	embed_leave();
	return ret;
}

jbyteArray embed_bytes(JNIEnv *env, const char *text)
{
	jsize length = (jsize)strlen(text);
	jbyteArray bytes;

	if ((*env)->ExceptionCheck(env))
		return NULL;
	bytes = (*env)->NewByteArray(env, length);
	if (bytes)
		(*env)->SetByteArrayRegion(env, bytes, 0, length, (const jbyte *)text);
	return (*env)->ExceptionCheck(env) ? NULL : bytes;
}
