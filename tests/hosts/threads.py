# SPDX-License-Identifier: Apache-2.0
"""Python with threading.  See report.h for what it prints."""
import os
import signal
import socket
import subprocess
import sys
import threading

THREADS = 4
KINDS = ("cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts")


def stay(everyone_lives):
    everyone_lives.wait()
    threading.Event().wait()


def report():
    try:
        tasks = os.listdir("/proc/self/task")
    except OSError:
        tasks = []
        print("noproc")
    for task in tasks:
        for kind in KINDS:
            try:
                link = os.readlink(f"/proc/self/task/{task}/ns/{kind}")
            except OSError:
                continue
            print("ns", task, kind, link[link.index("[") + 1 : -1])
    if tasks:
        print("threads", len(tasks))
    print("pid", os.getpid())
    print("uid", os.getuid())
    for name, value in os.environ.items():
        if name.startswith("NSEXEC") or name == "LD_PRELOAD":
            print(f"env {name}={value}")
    print("hostname", socket.gethostname())
    if tasks:
        fds = os.listdir("/proc/self/fd")
        print("fds", *[fd for fd in fds if os.path.lexists(f"/proc/self/fd/{fd}")])
    print("done", flush=True)


def usr1(_signal, _frame):
    print("got USR1", flush=True)


def term(_signal, _frame):
    print("got TERM", flush=True)
    os._exit(43)


def main():
    signal.signal(signal.SIGUSR1, usr1)
    signal.signal(signal.SIGTERM, term)
    everyone_lives = threading.Barrier(THREADS + 1)
    for _ in range(THREADS):
        threading.Thread(target=stay, args=(everyone_lives,), daemon=True).start()
    everyone_lives.wait()
    report()
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    if what == "exit":
        sys.exit(int(sys.argv[2]))
    if what == "child":
        script = "env; readlink /proc/self/ns/net"
        child = subprocess.run(["sh", "-c", script], stdout=subprocess.PIPE, text=True, check=True)
        for line in child.stdout.splitlines():
            print("child", line)
    if what == "sleep":
        print("ready", flush=True)
        while True:
            signal.pause()


main()
