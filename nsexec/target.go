// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// A Target says where a program runs: in which namespaces, and below which root.
//
//	nsexec.Target{PID: pid, Kinds: nsexec.All}
//	nsexec.Target{PID: pid, Kinds: nsexec.Net | nsexec.Mount}
//	nsexec.Target{Name: "container:3f2a", Kinds: nsexec.All}
//	nsexec.Target{Files: map[nsexec.Kind]string{nsexec.Net: "/run/netns/blue"}}
//
// What is not named stays as it is for the caller.
type Target struct {
	// PID is a process whose namespaces are joined.  It is pinned before the
	// first look at it: a PID that was given to another process meanwhile is an
	// error, not a visit to a stranger.
	PID int

	// Inode, if not zero, is that of a pidfd of process PID, as Stat tells it for an
	// open pidfd: no other process ever has it, so if PID was given to another
	// one even before the program was asked for, that is an error.  It needs Linux 6.9.
	Inode uint64

	// PIDFD, if not nil, is a pidfd of the process, in place of PID.  It stays the
	// caller's, and the program does not inherit it.  It needs Linux 6.9.
	PIDFD *os.File

	// Name, if not empty, is looked for in place of PID: "container:ID", "unit:NAME",
	// "cgroup:PATH" or "comm:NAME", as the manual of the command has them at -t.  One that
	// several have is an error, whose Subject says who they are.  "netns:NAME" is a network
	// namespace of ip-netns(8), and no process: it has Net or All, and nothing else.
	Name string

	// Kinds are the namespaces that are joined from process PID.  A kind that
	// the caller shares with it already is left out.
	Kinds Kind

	// Files are namespaces by the files on which they are mounted, such as
	// /run/netns/NAME or /proc/PID/ns/KIND, as the caller sees them; or by the
	// kernel's own number, ":ID" (Linux 6.19) or ":ID:INODE" (6.18).  A file goes
	// before Kinds.
	Files map[Kind]string

	// NetSocket, if not nil, is the number of a descriptor that the process has open, a
	// socket: its network namespace is joined, not that of the process.
	NetSocket *int

	// UserParent joins the user namespace that owns the other namespaces that are
	// joined, or, with User among Kinds or Files, the parent of that one in its place.
	UserParent bool

	// JoinCgroup runs the program in the cgroups of the process, of v2 and v1.
	JoinCgroup bool

	// Root, if not empty, is a directory that becomes the root of the program.
	// It is opened before anything is joined.  OwnRoot takes the root of process
	// PID instead.  Joining a mount namespace changes the root by itself.
	Root    string
	OwnRoot bool

	// Dir, if not empty, is a directory, as the caller sees it, that becomes the
	// working directory.  It is opened before anything is joined.  OwnDir takes the
	// working directory of process PID instead.  See Cmd.Dir for a directory as the
	// program sees it.
	Dir    string
	OwnDir bool

	// OwnEnv takes the environment of process PID instead of the caller's, without
	// what asks something of nsexec.  Not together with Cmd.Env.  After Self there is
	// room for as many variables only as the caller has itself.
	OwnEnv bool

	// FollowContext runs the program under the label that a security module (SELinux,
	// AppArmor) has given to process PID.  Not after Self.
	FollowContext bool

	// As makes the program as process PID is, in all that is not said otherwise: user,
	// groups, cgroups, label if there is one, environment, root and working directory.
	// The namespaces are those of Kinds and Files.
	As bool
}

// joinsPID: will the program be in another PID namespace, and so a new process?
func (t *Target) joinsPID() bool {
	kinds := t.Kinds
	if strings.HasPrefix(t.Name, netnsPrefix) {
		kinds &^= All
	}
	return kinds&(PID|All) != 0 || t.Files[PID] != ""
}

// words of the one language that the command, NSEXEC and NSEXEC_FD speak.
type words []string

func (w *words) flag(name string, given bool) {
	if given {
		*w = append(*w, "--"+name)
	}
}

func (w *words) value(name, value string) {
	*w = append(*w, "--"+name+"="+value)
}

func (w *words) id(name string, id int) {
	if id == Follow {
		w.value(name, "follow")
	} else if id >= 0 {
		w.value(name, strconv.Itoa(id))
	}
}

func badRequest(format string, a ...any) error {
	return &Error{Step: "options", Subject: fmt.Sprintf(format, a...)}
}

// Each word is ended by a NUL byte, and there may not be too many of them.
const (
	wordsMax      = 64 * 1024
	wordsCountMax = 4096
)

func (w words) encode() ([]byte, error) {
	var b bytes.Buffer
	for _, word := range w {
		if strings.IndexByte(word, 0) >= 0 {
			return nil, badRequest("a NUL byte inside of %q", word)
		}
		b.WriteString(word)
		b.WriteByte(0)
	}
	if b.Len() > wordsMax || len(w) > wordsCountMax {
		return nil, &Error{
			Step:    "words",
			Errno:   syscall.E2BIG,
			Subject: fmt.Sprintf("%d words, %d bytes", len(w), b.Len()),
		}
	}
	return b.Bytes(), nil
}

const netnsPrefix = "netns:"

// Named is a Target by its name, such as "container:3f2a"; see Target.Name.
func Named(name string, kinds Kind) Target {
	return Target{Name: name, Kinds: kinds}
}

// checkName finds what is not even a name; who has it, the engine finds.
func (t *Target) checkName() error {
	for _, prefix := range []string{"container:", "unit:", "cgroup:", "comm:", netnsPrefix} {
		if len(t.Name) > len(prefix) && strings.HasPrefix(t.Name, prefix) {
			return nil
		}
	}
	return badRequest("Target.Name does not say what it is the name of: %q", t.Name)
}

// who is the value of --target; empty: nobody.
func (t *Target) who() (string, error) {
	if t.Name != "" {
		if t.PID != 0 || t.Inode != 0 || t.PIDFD != nil {
			return "", badRequest("Target.Name together with PID, Inode or PIDFD")
		}
		return t.Name, t.checkName()
	}
	if t.PID < 0 {
		return "", badRequest("Target.PID is negative: %d", t.PID)
	}
	if t.PIDFD != nil {
		if t.PID != 0 || t.Inode != 0 {
			return "", badRequest("Target.PIDFD together with PID or Inode")
		}
		return whoIs(t.PIDFD)
	}
	switch {
	case t.Inode == 0 && t.PID == 0:
		return "", nil
	case t.Inode == 0:
		return strconv.Itoa(t.PID), nil
	case t.PID == 0:
		return "", badRequest("Target.Inode without PID")
	}
	return fmt.Sprintf("%d:%d", t.PID, t.Inode), nil
}

func (t *Target) addTo(w *words) error {
	who, err := t.who()
	if err != nil {
		return err
	}
	if who != "" {
		w.value("target", who)
	}
	if err := t.addKinds(w); err != nil {
		return err
	}
	if t.NetSocket != nil {
		w.value("net-socket", strconv.Itoa(*t.NetSocket))
	}
	w.flag("user-parent", t.UserParent)
	w.flag("join-cgroup", t.JoinCgroup)
	if t.Root != "" && t.OwnRoot {
		return badRequest("Target.Root and Target.OwnRoot")
	}
	if t.Root != "" {
		w.value("root", t.Root)
	}
	w.flag("root", t.OwnRoot)
	if t.Dir != "" && t.OwnDir {
		return badRequest("Target.Dir and Target.OwnDir")
	}
	if t.Dir != "" {
		w.value("wd", t.Dir)
	}
	w.flag("wd", t.OwnDir)
	w.flag("target-env", t.OwnEnv)
	w.flag("follow-context", t.FollowContext)
	w.flag("as-target", t.As)
	return nil
}

func (t *Target) addKinds(w *words) error {
	var known Kind
	for _, row := range kindTable {
		known |= row.kind
		file, given := t.Files[row.kind]
		switch {
		case given && file == "":
			return badRequest("Target.Files names no file for %s", row.name)
		case given:
			w.value(row.option, file)
		case t.Kinds&row.kind != 0:
			w.flag(row.option, true)
		}
	}
	w.flag("all", t.Kinds&All != 0)
	if unknown := t.Kinds &^ (known | All); unknown != 0 {
		return badRequest("Target.Kinds has unknown kinds: %#x", uint16(unknown))
	}
	for kind := range t.Files {
		if kind&known != kind || kind&(kind-1) != 0 || kind == 0 {
			return badRequest("Target.Files has a key that is not one kind: %#x", uint16(kind))
		}
	}
	return nil
}
