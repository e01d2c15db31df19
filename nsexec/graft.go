// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import "strings"

// Graft is a file or a directory of the caller that the program sees among the files
// of the target.  Nothing is written to the target, and nobody else sees it.
type Graft struct {
	// Path is what it is called out here.
	Path string

	// Dest, if not empty, is what it is called inside, an absolute path.
	Dest string

	// Writable lets the program write to it.
	Writable bool
}

var graftQuoter = strings.NewReplacer(`\`, `\\`, `:`, `\:`)

func (g Graft) addTo(w *words) error {
	if g.Path == "" {
		return badRequest("Graft.Path is empty")
	}
	value := graftQuoter.Replace(g.Path)
	if g.Dest != "" {
		value += ":" + graftQuoter.Replace(g.Dest)
	} else if g.Writable {
		value += ":" + value
	}
	if g.Writable {
		value += ":rw"
	}
	w.value("graft", value)
	return nil
}
