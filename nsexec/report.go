// SPDX-License-Identifier: Apache-2.0

//go:build linux

package nsexec

import (
	"encoding/json"
	"strings"
	"syscall"
)

// A Report is what is known of a program that was started.
type Report struct {
	PID        int             // of the program, as the caller sees it
	PIDInside  int             // of the program, as it sees itself
	Namespaces map[Kind]uint64 // what was joined: kind and inode
}

// One line of the report descriptor.
type reportLine struct {
	PID        int               `json:"pid"`
	PIDInside  int               `json:"pid_inside"`
	Namespaces map[string]uint64 `json:"namespaces"`
	Error      *struct {
		Step    string `json:"step"`
		Errno   int    `json:"errno"`
		Subject string `json:"subject"`
	} `json:"error"`
}

const (
	logPrefix  = "nsexec: "
	hintPrefix = "nsexec: hint: "
)

// parseReport reads what the constructor has written: JSON lines of the report, and
// log lines for people, of which we take the hint.  report is nil if the program was
// never there; err is nil if it runs.
func parseReport(text string) (report *Report, err error) {
	var failure *Error
	var said, hint string
	for _, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, hintPrefix):
			hint = line[len(hintPrefix):]
			continue
		case strings.HasPrefix(line, logPrefix):
			said = line[len(logPrefix):]
			continue
		}
		var one reportLine
		if json.Unmarshal([]byte(line), &one) != nil {
			continue
		}
		if one.Error != nil {
			failure = &Error{
				Step:    one.Error.Step,
				Errno:   syscall.Errno(one.Error.Errno),
				Subject: one.Error.Subject,
			}
		} else if one.PID > 0 {
			report = newReport(&one)
		}
	}
	if failure == nil && report == nil && said != "" {
		failure = &Error{Step: "start", Subject: said} // it could not even report
	}
	if failure == nil {
		return report, nil
	}
	failure.Hint = hint
	return report, failure
}

func newReport(line *reportLine) *Report {
	r := &Report{PID: line.PID, PIDInside: line.PIDInside, Namespaces: map[Kind]uint64{}}
	for name, inode := range line.Namespaces {
		if kind, ok := kindByName(name); ok {
			r.Namespaces[kind] = inode
		}
	}
	return r
}
