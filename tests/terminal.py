#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A user at a terminal: terminal.py COMMAND [ARG]... <STEPS

COMMAND leads a session on a new terminal.  STEPS are lines, done in order:

    see REGEX           wait until this is in what has been written since the last "see"
    type TEXT           type it; \\r, \\x03 and so on are understood
    size ROWS COLUMNS   of the window
    signal NAME         to COMMAND
    run SHELL           outside of the terminal, with its PID as $1
    hangup              the terminal goes away
    settings WHAT       "same" as in the beginning, or "raw"
    end STATUS          wait until COMMAND ends: an exit status, or the name of a signal
    quiet               what was written is not shown at the end

Exit status 0 if all came true; then what was written is printed.  Else 1, with it and
the reason on standard error.
"""
import ast
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

PATIENCE = 10  # seconds


class User:
    def __init__(self, command):
        self.said = b""
        self.at = 0
        self.status = None
        ready, go = os.pipe()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.close(go)
            os.read(ready, 1)
            os.execvp(command[0], command)
        os.close(ready)
        self.size("24", "80")
        self.before = termios.tcgetattr(self.master)
        os.close(go)

    def listen(self, seconds):
        """Take what is written; False: nothing in that time, or no more."""
        if self.master < 0 or not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            data = b""
        self.said += data
        return bool(data)

    def until(self, what, true):
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                raise AssertionError(what)
            if not self.listen(0.05):
                time.sleep(0.01)

    def see(self, regex):
        def there():
            found = re.search(regex.encode(), self.said[self.at:], re.M)
            if found:
                self.at += found.end()
            return found
        self.until("not seen: " + regex, there)

    def type(self, text):
        data = ast.literal_eval("b'''" + text + "'''")
        while data:
            data = data[os.write(self.master, data):]

    def size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", int(rows), int(columns), 0, 0))

    def signal(self, name):
        os.kill(self.pid, getattr(signal, "SIG" + name))

    def run(self, shell):
        subprocess.run(["sh", "-c", shell, "sh", str(self.pid)], check=True)

    def hangup(self):
        os.close(self.master)
        self.master = -1

    def settings(self, what):
        def right():
            now = termios.tcgetattr(self.master)
            if what == "raw":
                return not now[3] & (termios.ICANON | termios.ECHO | termios.ISIG)
            return now == self.before
        self.until("settings are not " + what, right)

    def end(self, status):
        def ended():
            if self.status is None:
                pid, found = os.waitpid(self.pid, os.WNOHANG)
                self.status = found if pid else None
            return self.status is not None
        self.until("does not end", ended)
        while self.listen(0.2):
            pass
        found = self.status
        name = (signal.Signals(os.WTERMSIG(found)).name[3:] if os.WIFSIGNALED(found)
                else str(os.WEXITSTATUS(found)))
        if name != status:
            raise AssertionError("ended with " + name + ", not " + status)

    def quit(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)


def main():
    steps = [line.strip() for line in sys.stdin if line.strip()]
    user = User(sys.argv[1:])
    quiet = False
    step = "the beginning"
    try:
        for step in steps:
            verb, _, rest = step.partition(" ")
            if verb == "quiet":
                quiet = True
            elif verb == "size":
                user.size(*rest.split())
            elif verb == "hangup":
                user.hangup()
            else:
                getattr(user, verb)(rest)
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        sys.stderr.write("%s: %s; written: %r\n" % (step, error, user.said[-2000:]))
        return 1
    finally:
        user.quit()
    if not quiet:
        sys.stdout.buffer.write(user.said.replace(b"\r\n", b"\n"))
    return 0


sys.exit(main())
