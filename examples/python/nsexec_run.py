#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run commands inside containers from a Python program that has threads.

    python3 nsexec_run.py PID... -- COMMAND [ARG]...

One thread a container; what each command printed comes back as bytes.  This is ctypes
on libnsexec.so.0: nothing to build, and the interpreter's lock is not held meanwhile.
"""
import ctypes
import os
import sys
from concurrent.futures import ThreadPoolExecutor

Words = ctypes.POINTER(ctypes.c_char_p)


class Error(ctypes.Structure):
    _fields_ = [
        ("step", ctypes.c_char * 16),
        ("err", ctypes.c_int),
        ("reserved", ctypes.c_int),
        ("subject", ctypes.c_char * 184),
        ("hint", ctypes.c_char * 256),
    ]


# Structs that are handed in begin with their size, and may end anywhere: what comes
# behind the members that are used here is as if it were zero.
class Options(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("words", Words)]


class Program(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("argv", Words), ("envp", Words)]


class Io(ctypes.Structure):
    _fields_ = [
        ("size", ctypes.c_size_t),
        ("in_", ctypes.c_char_p),
        ("in_bytes", ctypes.c_size_t),
        ("timeout_ms", ctypes.c_int),
        ("out_bytes_max", ctypes.c_size_t),
        ("status", ctypes.c_int),
        ("timed_out", ctypes.c_int),
        ("truncated", ctypes.c_int),
        ("out", ctypes.POINTER(ctypes.c_char)),
        ("out_bytes", ctypes.c_size_t),
        ("err", ctypes.POINTER(ctypes.c_char)),
        ("err_bytes", ctypes.c_size_t),
    ]


lib = ctypes.CDLL("libnsexec.so.0")
lib.nsexec_run.argtypes = [ctypes.POINTER(t) for t in (Options, Program, Io, Error)]
lib.nsexec_run.restype = ctypes.c_int
lib.nsexec_error_text.argtypes = [ctypes.POINTER(Error), ctypes.c_char_p, ctypes.c_size_t]
lib.nsexec_error_text.restype = ctypes.c_size_t
lib.nsexec_io_free.argtypes = [ctypes.POINTER(Io)]
lib.nsexec_io_free.restype = None


class NsexecError(OSError):
    """The command was not run: step, errno and subject say why, hint what may help."""

    def __init__(self, e):
        self.step, self.subject, self.hint = (
            os.fsdecode(text) for text in (e.step, e.subject, e.hint)
        )
        text = ctypes.create_string_buffer(512)
        lib.nsexec_error_text(e, text, len(text))
        super().__init__(e.err, os.fsdecode(text.value))


def strings(items):
    return (ctypes.c_char_p * (len(items) + 1))(*map(os.fsencode, items), None)


def run(options, argv, feed=b"", timeout=-1.0):
    """Returns (status as a shell has it, standard output, standard error).

    Options are those of nsexec(1).  Any thread may call this.
    """
    how = Options(ctypes.sizeof(Options), strings(options))
    program = Program(ctypes.sizeof(Program), strings(argv))
    io = Io(ctypes.sizeof(Io), feed, len(feed), int(timeout * 1000))
    e = Error()
    if lib.nsexec_run(how, program, io, e) != 0:
        raise NsexecError(e)
    try:
        if io.timed_out:
            raise TimeoutError(f"{argv[0]}: killed after {timeout} s")
        signal = io.status & 0x7F
        status = 128 + signal if signal else io.status >> 8
        return status, io.out[: io.out_bytes], io.err[: io.err_bytes]
    finally:
        lib.nsexec_io_free(io)


def main():
    if "--" not in sys.argv:
        sys.exit("usage: nsexec_run.py PID... -- COMMAND [ARG]...")
    end = sys.argv.index("--")
    pids, command = sys.argv[1:end], sys.argv[end + 1 :]
    failed = False
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = [(p, pool.submit(run, ["-t", p, "--all"], command, timeout=10)) for p in pids]
        for pid, answer in answers:
            try:
                status, out, err = answer.result()
            except TimeoutError as e:
                print(f"{pid}: {e}", file=sys.stderr)
                failed = True
                continue
            except NsexecError as e:
                print(f"{pid}: {e.strerror}", file=sys.stderr)
                print(f"{pid}: step {e.step}, errno {e.errno}, {e.subject}", file=sys.stderr)
                if e.hint:
                    print(f"{pid}: {e.hint}", file=sys.stderr)
                failed = True
                continue
            print(f"{pid}: status {status}: {os.fsdecode(out + err).strip()}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
