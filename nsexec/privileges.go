// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
)

// Privileges say what a program may do.  What is not said is as the kernel has it.
//
// A set is a list of capabilities: names as in capabilities(7), with or without cap_.
// A nil list leaves it as it is, and one that is not nil but empty is the empty set.  As
// the first, "all" stands for all that can be had, "none" for none, and "target" for
// those of process Target.PID; others behind it are added, or with a minus in front taken
// away.  If the first has a plus or minus, the list is what changes.
type Privileges struct {
	// Caps are exactly the capabilities that the program has when it runs.  If it runs as
	// another user than 0, and is not the calling program (Self), Ambient must have them
	// too, or executing it would lose them.
	Caps []string

	// Bounding are those that executing a file can ever give it.
	Bounding []string

	// Ambient are those that it keeps when another user than 0 executes a file.
	Ambient []string

	// KeepCaps makes ambient all that the user namespace gives which is joined or created.
	KeepCaps bool

	// NoNewPrivs lets executing a file give no privileges any more, for ever.
	NoNewPrivs bool
}

func (p *Privileges) addTo(w *words) error {
	for _, set := range []struct {
		option string
		caps   []string
	}{
		{"caps", p.Caps},
		{"bounding", p.Bounding},
		{"ambient", p.Ambient},
	} {
		if set.caps == nil {
			continue
		}
		for _, name := range set.caps {
			if name == "" || strings.Contains(name, ",") {
				return badRequest("Privileges: not the name of a capability: %q", name)
			}
		}
		if len(set.caps) == 0 {
			w.value(set.option, "none")
		} else {
			w.value(set.option, strings.Join(set.caps, ","))
		}
	}
	w.flag("keep-caps", p.KeepCaps)
	w.flag("no-new-privs", p.NoNewPrivs)
	return nil
}

// An Rlimit is a soft and a hard limit, in the units of getrlimit(2).
type Rlimit struct {
	Soft, Hard uint64
}

// Values of an Rlimit that are no number.
const (
	Unlimited uint64 = math.MaxUint64
	Unchanged uint64 = math.MaxUint64 - 1
)

// Limits are those with which a program runs.
type Limits struct {
	// Rlimits are by their name, as in prlimit(1): "nofile", "core".
	Rlimits map[string]Rlimit

	// OOMScoreAdj, if not nil, is how soon the program is killed when memory runs out,
	// from -1000 to 1000.
	OOMScoreAdj *int

	// CPUs, if not empty, are the processors that it may run on.
	CPUs []int

	// Umask, if not nil, is its file mode creation mask.
	Umask *int

	// Personality, if not empty, is an execution domain, and flags: see personality(2).
	Personality []string
}

func (l *Limits) addTo(w *words) error {
	names := make([]string, 0, len(l.Rlimits))
	for name := range l.Rlimits {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		r := l.Rlimits[name]
		if r.Soft == Unchanged && r.Hard == Unchanged {
			continue
		}
		w.value("rlimit", name+"="+limitWord(r.Soft)+":"+limitWord(r.Hard))
	}
	if l.OOMScoreAdj != nil {
		w.value("oom-score-adj", strconv.Itoa(*l.OOMScoreAdj))
	}
	if len(l.CPUs) > 0 {
		list := make([]string, len(l.CPUs))
		for i, cpu := range l.CPUs {
			if cpu < 0 {
				return badRequest("Limits.CPUs has a negative number: %d", cpu)
			}
			list[i] = strconv.Itoa(cpu)
		}
		w.value("cpu-affinity", strings.Join(list, ","))
	}
	if l.Umask != nil {
		w.value("umask", fmt.Sprintf("%o", *l.Umask))
	}
	if len(l.Personality) > 0 {
		w.value("personality", strings.Join(l.Personality, ","))
	}
	return nil
}

func limitWord(value uint64) string {
	switch value {
	case Unlimited:
		return "unlimited"
	case Unchanged:
		return ""
	}
	return strconv.FormatUint(value, 10)
}
