# SPDX-License-Identifier: Apache-2.0
# Where am I?  As Python sees it; knows nothing of nsexec.
import os
import socket
import threading

looked = threading.Event()
for _ in range(4):
    threading.Thread(target=looked.wait, daemon=True).start()
tasks = os.listdir("/proc/self/task")
networks = {os.readlink(f"/proc/self/task/{task}/ns/net") for task in tasks}
interfaces = ",".join(sorted(name for _, name in socket.if_nameindex()))
print(os.getpid(), socket.gethostname(), interfaces, f"{len(tasks)}/{len(networks)}")
looked.set()
