// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"fmt"
	"strconv"
	"time"
)

// New says which namespaces are created for a program, after those of its Target are
// joined, and how they are to be.  A field that is about one kind asks for that kind.
//
// As an ordinary user one creates a user namespace, and with it all others.
type New struct {
	// Kinds are created; All is all eight of them.
	Kinds Kind

	// Files are kept for others: each new namespace is bound to its file, which must
	// be there, until that is unmounted.
	Files map[Kind]string

	// MapRoot makes the program root of the new user namespace, MapCurrent
	// gives it the ids that the caller has.  MapUser and MapGroup, if not
	// empty, are another id, or the name of a user or group of the caller.
	MapRoot, MapCurrent bool
	MapUser, MapGroup   string

	// UIDs and GIDs are more ids of the new user namespace.  AutoIDs are those that
	// /etc/subuid and /etc/subgid give the caller, from 0 on.
	UIDs, GIDs []IDRange
	AutoIDs    bool

	// Setgroups, if not empty, is "allow" or "deny": see user_namespaces(7).
	Setgroups string

	// Owner, if not nil, is who owns the new user namespace instead of the caller.
	Owner *Credential

	// Propagation of the mounts of a new mount namespace: "private" (the
	// default), "slave", "shared" or "unchanged"; see mount_namespaces(7).
	Propagation string

	// Proc and Binfmt, if not empty, are directories on which a new proc and a new
	// binfmt_misc are mounted.  Interpreter is registered in the latter.
	Proc, Binfmt string
	Interpreter  string

	// Hostname, if not empty, is that of the new UTS namespace.
	Hostname string

	// Loopback brings lo up in the new network namespace.
	Loopback bool

	// Monotonic and Boottime are added to the clocks of the new time namespace.
	Monotonic, Boottime time.Duration
}

// An IDRange lets Count ids from Inside on, in a new user namespace, be those from
// Outside on in the one around it.
type IDRange struct {
	Inside, Outside, Count uint32
}

func (r IDRange) word() string {
	return fmt.Sprintf("%d:%d:%d", r.Inside, r.Outside, r.Count)
}

// makesProcess: is the program a new process, because of what is created?
func (n *New) makesProcess() bool {
	return n.Kinds&(PID|Time|All) != 0 || n.Files[PID] != "" || n.Files[Time] != "" ||
		n.Monotonic != 0 || n.Boottime != 0
}

func (n *New) addTo(w *words) error {
	if err := n.addKinds(w); err != nil {
		return err
	}
	if err := n.addMaps(w); err != nil {
		return err
	}
	for _, one := range []struct{ option, value string }{
		{"propagation", n.Propagation},
		{"mount-proc", n.Proc},
		{"mount-binfmt", n.Binfmt},
		{"load-interp", n.Interpreter},
		{"hostname", n.Hostname},
	} {
		if one.value != "" {
			w.value(one.option, one.value)
		}
	}
	w.flag("loopback", n.Loopback)
	w.offset("monotonic", n.Monotonic)
	w.offset("boottime", n.Boottime)
	return nil
}

func (n *New) addKinds(w *words) error {
	var known Kind
	for _, row := range kindTable {
		known |= row.kind
		if n.Kinds&row.kind != 0 {
			w.value("unshare", row.name)
		}
		if file, given := n.Files[row.kind]; given {
			w.value("unshare", row.name+"="+file)
		}
	}
	if n.Kinds&All != 0 {
		w.value("unshare", "all")
	}
	if unknown := n.Kinds &^ (known | All); unknown != 0 {
		return badRequest("New.Kinds has unknown kinds: %#x", uint16(unknown))
	}
	for kind := range n.Files {
		if kind&known != kind || kind&(kind-1) != 0 || kind == 0 {
			return badRequest("New.Files has a key that is not one kind: %#x", uint16(kind))
		}
	}
	return nil
}

func (n *New) addMaps(w *words) error {
	if n.MapRoot && n.MapCurrent {
		return badRequest("New.MapRoot and New.MapCurrent")
	}
	w.flag("map-root-user", n.MapRoot)
	w.flag("map-current-user", n.MapCurrent)
	if n.MapUser != "" {
		w.value("map-user", n.MapUser)
	}
	if n.MapGroup != "" {
		w.value("map-group", n.MapGroup)
	}
	for _, r := range n.UIDs {
		w.value("map-users", r.word())
	}
	for _, r := range n.GIDs {
		w.value("map-groups", r.word())
	}
	w.flag("map-auto", n.AutoIDs)
	if n.Setgroups != "" {
		w.value("setgroups", n.Setgroups)
	}
	if n.Owner != nil {
		w.value("owner", strconv.Itoa(n.Owner.UID)+":"+strconv.Itoa(n.Owner.GID))
	}
	return nil
}

// offset in seconds, with the digits that it needs.
func (w *words) offset(name string, d time.Duration) {
	if d == 0 {
		return
	}
	sign := ""
	n := uint64(d)
	if d < 0 {
		sign = "-"
		n = -n
	}
	w.value(name, fmt.Sprintf("%s%d.%09d", sign, n/1e9, n%1e9))
}
