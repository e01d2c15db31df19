# SPDX-License-Identifier: Apache-2.0
"""As layout.c, of what examples/python declares."""
import ctypes

import nsexec_run

for name in "Error", "Options", "Program", "Io":
    struct = getattr(nsexec_run, name)
    for member, _ in struct._fields_:
        at = getattr(struct, member)
        print(f"{name.lower()}.{member.rstrip('_')} {at.offset} {at.size}")
print("error", ctypes.sizeof(nsexec_run.Error))
