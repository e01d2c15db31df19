// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import "strings"

// A Kind is a kind of namespace, or a set of kinds: Net | Mount.
type Kind uint16

// The kinds of namespaces that Linux has; see namespaces(7).
const (
	Cgroup Kind = 1 << iota
	IPC
	Mount
	Net
	PID
	Time
	User
	UTS

	// All is every kind that this kernel has and in which the process to join
	// differs from the caller.
	All Kind = 1 << 15
)

// One row a kind: the word of the option, and the name in /proc/PID/ns.
var kindTable = []struct {
	kind         Kind
	option, name string
}{
	{Cgroup, "cgroup", "cgroup"},
	{IPC, "ipc", "ipc"},
	{Mount, "mount", "mnt"},
	{Net, "net", "net"},
	{PID, "pid", "pid"},
	{Time, "time", "time"},
	{User, "user", "user"},
	{UTS, "uts", "uts"},
}

// String returns the names of the kinds as in /proc/PID/ns, divided by commas.
func (k Kind) String() string {
	var names []string
	for _, row := range kindTable {
		if k&row.kind != 0 {
			names = append(names, row.name)
		}
	}
	if k&All != 0 {
		names = append(names, "all")
	}
	return strings.Join(names, ",")
}

func kindByName(name string) (Kind, bool) {
	for _, row := range kindTable {
		if row.name == name {
			return row.kind, true
		}
	}
	return 0, false
}
