// SPDX-License-Identifier: Apache-2.0

//go:build linux && cgo

package nsexec

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// How each option word of the command is said in Go.
var said = map[string]func(*Cmd){
	"target":               func(c *Cmd) { c.Target.PID = os.Getpid() },
	"all":                  func(c *Cmd) { c.Target.Kinds |= All },
	"mount":                func(c *Cmd) { c.Target.Kinds |= Mount },
	"uts":                  func(c *Cmd) { c.Target.Kinds |= UTS },
	"ipc":                  func(c *Cmd) { c.Target.Kinds |= IPC },
	"net":                  func(c *Cmd) { c.Target.Kinds |= Net },
	"pid":                  func(c *Cmd) { c.Target.Kinds |= PID },
	"cgroup":               func(c *Cmd) { c.Target.Kinds |= Cgroup },
	"user":                 func(c *Cmd) { c.Target.Kinds |= User },
	"time":                 func(c *Cmd) { c.Target.Kinds |= Time },
	"unshare":              func(c *Cmd) { c.New.Kinds = Net },
	"map-root-user":        func(c *Cmd) { c.New.MapRoot = true },
	"map-current-user":     func(c *Cmd) { c.New.MapCurrent = true },
	"map-user":             func(c *Cmd) { c.New.MapUser = "1" },
	"map-group":            func(c *Cmd) { c.New.MapGroup = "1" },
	"map-users":            func(c *Cmd) { c.New.UIDs = []IDRange{{0, 100000, 2}} },
	"map-groups":           func(c *Cmd) { c.New.GIDs = []IDRange{{0, 100000, 2}} },
	"map-auto":             func(c *Cmd) { c.New.AutoIDs = true },
	"setgroups":            func(c *Cmd) { c.New.Setgroups = "deny" },
	"owner":                func(c *Cmd) { c.New.Owner = &Credential{1, 1} },
	"propagation":          func(c *Cmd) { c.New.Propagation = "slave" },
	"mount-proc":           func(c *Cmd) { c.New.Proc = "/proc" },
	"mount-binfmt":         func(c *Cmd) { c.New.Binfmt = "/proc/sys/fs/binfmt_misc" },
	"load-interp":          func(c *Cmd) { c.New.Interpreter = ":x:E::x::/bin/true:" },
	"hostname":             func(c *Cmd) { c.New.Hostname = "box" },
	"loopback":             func(c *Cmd) { c.New.Loopback = true },
	"monotonic":            func(c *Cmd) { c.New.Monotonic = -1500 * time.Millisecond },
	"boottime":             func(c *Cmd) { c.New.Boottime = time.Hour },
	"net-socket":           func(c *Cmd) { c.Target.NetSocket = openSocket() },
	"user-parent":          func(c *Cmd) { c.Target.UserParent = true },
	"join-cgroup":          func(c *Cmd) { c.Target.JoinCgroup = true },
	"setuid":               func(c *Cmd) { c.Credential = &Credential{UID: 1, GID: -1} },
	"setgid":               func(c *Cmd) { c.Credential = &Credential{UID: -1, GID: 1} },
	"preserve-credentials": func(c *Cmd) { c.PreserveCredentials = true },
	"caps":                 func(c *Cmd) { c.Privileges = &Privileges{Caps: []string{"none"}} },
	"bounding":             func(c *Cmd) { c.Privileges = &Privileges{Bounding: []string{"all"}} },
	"ambient":              func(c *Cmd) { c.Privileges = &Privileges{Ambient: []string{}} },
	"keep-caps":            keepCaps,
	"no-new-privs":         func(c *Cmd) { c.Privileges = &Privileges{NoNewPrivs: true} },
	"rlimit":               func(c *Cmd) { c.Limits = &Limits{Rlimits: map[string]Rlimit{"core": {}}} },
	"oom-score-adj":        func(c *Cmd) { n := 1000; c.Limits = &Limits{OOMScoreAdj: &n} },
	"cpu-affinity":         func(c *Cmd) { c.Limits = &Limits{CPUs: []int{0}} },
	"umask":                func(c *Cmd) { n := 022; c.Limits = &Limits{Umask: &n} },
	"personality":          func(c *Cmd) { c.Limits = &Limits{Personality: []string{"linux"}} },
	"follow-context":       func(c *Cmd) { c.Target.FollowContext = true },
	"as-target":            func(c *Cmd) { c.Target.As = true },
	"root":                 func(c *Cmd) { c.Target.OwnRoot = true },
	"wd":                   func(c *Cmd) { c.Target.OwnDir = true },
	"target-env":           func(c *Cmd) { c.Target.OwnEnv = true },
	"wdns":                 func(c *Cmd) { c.Dir = "/" },
	"host":                 func(c *Cmd) { c.Host = true },
	"graft":                graftEtc,
	"trace":                func(c *Cmd) { c.Trace = "trace.json" },
	"no-fork":              func(c *Cmd) { c.NoFork = true },
	"dumpable":             func(c *Cmd) { c.Dumpable = DumpableNo },
	"detach":               func(c *Cmd) { c.Target.Kinds |= PID },
}

// openSocket is a socket of ours, who are the target.
func openSocket() *int {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		panic(err)
	}
	return &fd
}

// Without a user namespace there is nothing to keep.
func keepCaps(c *Cmd) {
	c.New = New{Kinds: User}
	c.Privileges = &Privileges{KeepCaps: true}
}

// Other mounts are needed to graft to.
func graftEtc(c *Cmd) {
	c.Target.Kinds = Mount
	c.Grafts = []Graft{{Path: "/etc", Dest: "/a:b", Writable: true}}
}

// What has no place in the API, and why.
var unsaid = map[string]string{
	"kill-child":   "the program lives on when the process that made it ends, or is that one",
	"clearenv":     "Cmd.Env is the whole environment",
	"env":          "Cmd.Env is the whole environment",
	"unsetenv":     "Cmd.Env is the whole environment",
	"fork":         "whether the program is a new process is decided by what is joined",
	"init":         "the program is the caller's child, not an init's",
	"pty":          "what a Cmd runs is the caller's child, who gives it a terminal as any other",
	"report-fd":    "Cmd.Report has what it tells",
	"plan":         "a text for people",
	"list":         "a text for people, or with --json for those who run the command",
	"json":         "a text for people, or with --json for those who run the command",
	"preload":      "the constructor is linked in",
	"preload-path": "the constructor is linked in",
	"help":         "a text for people",
	"version":      "a text for people",
}

// optionNames are the long names, of --help where the command is there, else of the
// table from which that is made.
func optionNames(t *testing.T) []string {
	t.Helper()
	pattern := regexp.MustCompile(`(?s)\[NSX_OPT_[A-Z_]+\] = \{[^"]*"([a-z-]+)"`)
	text, err := os.ReadFile("option_rows.c")
	if command := os.Getenv("NSEXEC_COMMAND"); command != "" {
		pattern = regexp.MustCompile(`(?m)^  (?:-., |    )--([a-z-]+)`)
		text, err = exec.Command(command, "--help").Output()
	}
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, match := range pattern.FindAllStringSubmatch(string(text), -1) {
		names = append(names, match[1])
	}
	if len(names) < 20 {
		t.Fatalf("only %q", names)
	}
	return names
}

func TestEveryOptionCanBeSaidInGo(t *testing.T) {
	for _, name := range optionNames(t) {
		say, ok := said[name]
		if _, never := unsaid[name]; ok == never {
			t.Errorf("--%s: neither a field of Cmd or Target nor a reason why not, or both", name)
		}
		if !ok {
			continue
		}
		c := Command(Target{PID: os.Getpid(), Kinds: UTS}, "true")
		say(c)
		w, err := c.words()
		if err != nil {
			t.Errorf("--%s: %v", name, err)
			continue
		}
		found := false
		for _, word := range w {
			found = found || word == "--"+name || strings.HasPrefix(word, "--"+name+"=")
		}
		if !found {
			t.Errorf("--%s is not among %q", name, w)
		}
		understood(t, w)
	}
}

// understood asks the command for its plan: it must find no fault with the words.
func understood(t *testing.T, w words) {
	t.Helper()
	command := os.Getenv("NSEXEC_COMMAND")
	if command == "" {
		return
	}
	out, err := exec.Command(command, append([]string{"--plan"}, w...)...).CombinedOutput()
	// Whether this user has subordinate ids, and whether a module labels processes here,
	// is no matter of words.
	if err != nil && !strings.Contains(string(out), "no subordinate ids") &&
		!strings.Contains(string(out), "nsexec: check: no LSM here") {
		t.Errorf("%q: %v: %s", w, err, out)
	}
}

func TestFilesAndDirectoriesAreAttachedToTheirOptions(t *testing.T) {
	c := Command(Target{
		Files: map[Kind]string{Net: "/a b", Mount: "/m"},
		Root:  "/r",
		Dir:   "/d",
	}, "prog", "-x", "--", "")
	w, err := c.words()
	want := []string{"--mount=/m", "--net=/a b", "--root=/r", "--wd=/d", "--", "prog", "-x", "--", ""}
	if err != nil || strings.Join(w, "|") != strings.Join(want, "|") {
		t.Errorf("%q, %v", w, err)
	}
	if got := c.String(); got != `nsexec --mount=/m "--net=/a b" --root=/r --wd=/d -- prog -x -- ""` {
		t.Error(got)
	}
}

func TestFileGoesBeforeTheTargetsOwn(t *testing.T) {
	c := Command(Target{PID: 1, Kinds: Net | UTS, Files: map[Kind]string{Net: "/n"}}, "true")
	if got := c.String(); got != "nsexec --target=1 --net=/n --uts -- true" {
		t.Error(got)
	}
}

func TestTargetIsNamedByPIDInodeOrPidfd(t *testing.T) {
	none, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer none.Close()
	for _, one := range []struct {
		target Target
		want   string
		err    string
	}{
		{Target{PID: 7, Inode: 1 << 63, Kinds: Net}, "nsexec --target=7:9223372036854775808 --net -- true", ""},
		{Target{Inode: 5, Kinds: Net}, "", "Target.Inode without PID"},
		{Target{PID: 1, PIDFD: none, Kinds: Net}, "", "Target.PIDFD together"},
		{Target{PIDFD: none, Kinds: Net}, "", "not a pidfd"},
	} {
		c := Command(one.target, "true")
		_, err := c.words()
		if one.err == "" && (err != nil || c.String() != one.want) {
			t.Errorf("%v, %v", c, err)
		}
		if one.err != "" && (err == nil || !strings.Contains(err.Error(), one.err)) {
			t.Errorf("%v, not %q", err, one.err)
		}
	}
}

func TestTargetIsNamedByName(t *testing.T) {
	for _, one := range []struct {
		target Target
		want   string
		err    string
	}{
		{Named("container:3f2a", Net), "nsexec --target=container:3f2a --net -- true", ""},
		{Named("unit:a\\x2db.service", Net), `nsexec "--target=unit:a\\x2db.service" --net -- true`, ""},
		{Named("cgroup:/a b", Net), `nsexec "--target=cgroup:/a b" --net -- true`, ""},
		{Target{Name: "comm:sh", Kinds: Mount}, "nsexec --target=comm:sh --mount -- true", ""},
		{Named("netns:blue", Net), "nsexec --target=netns:blue --net -- true", ""},
		{Target{Name: "comm:sh", PID: 1, Kinds: Net}, "", "Target.Name together with PID"},
		{Target{Name: "comm:sh", Inode: 1, Kinds: Net}, "", "Target.Name together with PID"},
		{Named("container:", Net), "", "Target.Name does not say"},
		{Named("3f2a", Net), "", "Target.Name does not say"},
		{Named("pidfd:3", Net), "", "Target.Name does not say"},
	} {
		c := Command(one.target, "true")
		_, err := c.words()
		if one.err == "" && (err != nil || c.String() != one.want) {
			t.Errorf("%v, %v", c, err)
		}
		if one.err != "" && (err == nil || !strings.Contains(err.Error(), one.err)) {
			t.Errorf("%v, not %q", err, one.err)
		}
	}
}

func TestProgramIsANewProcessOnlyWhereItMustBe(t *testing.T) {
	for _, one := range []struct {
		target Target
		noFork bool
		want   bool
	}{
		{Target{Kinds: Net | Mount | User}, false, false},
		{Target{Kinds: PID}, false, true},
		{Target{Kinds: All}, false, true},
		{Target{Files: map[Kind]string{PID: "/p"}}, false, true},
		{Target{Kinds: PID}, true, false},
		{Named("container:x", All), false, true},
		{Named("netns:x", All), false, false},
	} {
		c := Command(one.target, "true")
		c.NoFork = one.noFork
		if c.detaches() != one.want {
			t.Errorf("%v: %v", c, c.detaches())
		}
	}
}

func TestKindsAreNamedAsInProc(t *testing.T) {
	if got := (Net | Mount | All).String(); got != "mnt,net,all" {
		t.Error(got)
	}
}

func TestReportIsReadWhateverElseIsInIt(t *testing.T) {
	for _, one := range []struct {
		text string
		pid  int
		err  string
		hint string
	}{
		{"", 0, "", ""},
		{`{"pid":5,"pid_inside":2,"namespaces":{"net":7,"new":8}}` + "\n", 5, "", ""},
		{"{\"pid\":5,\"pid_inside\":2,\"namespaces\":{}}\nnsexec: exec x: ENOEXEC text\n" +
			`{"error":{"step":"exec","errno":8,"subject":"x"}}`, 5, "nsexec: exec x: exec format error", ""},
		{"nsexec: join net: EPERM text\nnsexec: hint: add -U\n" +
			`{"error":{"step":"join","errno":1,"subject":"net"}}` + "\n",
			0, "nsexec: join net: operation not permitted", "add -U"},
		{"nsexec: read: no words\n", 0, "nsexec: start: read: no words", ""},
		{"{\"pid\":", 0, "", ""},
		{"null\n[]\n{}\n1\n", 0, "", ""},
	} {
		report, err := parseReport(one.text)
		if (report == nil) != (one.pid == 0) || report != nil && report.PID != one.pid {
			t.Errorf("%q: %+v", one.text, report)
		}
		if (err == nil) != (one.err == "") || err != nil && err.Error() != one.err {
			t.Errorf("%q: %v", one.text, err)
		}
		if e, ok := err.(*Error); ok && e.Hint != one.hint {
			t.Errorf("%q: %q", one.text, e.Hint)
		}
	}
}

func TestTheBeginningOfAStreamIsKept(t *testing.T) {
	var b beginning
	for i := 0; i < 100; i++ {
		n, err := b.Write(make([]byte, 1000))
		if n != 1000 || err != nil {
			t.Fatal(n, err)
		}
	}
	if len(b.bytes) != 64*1024 {
		t.Error(len(b.bytes))
	}
}

func TestPrivilegesAndLimitsAreSaidInOrder(t *testing.T) {
	c := Command(Target{}, "true")
	score, mask := -5, 027
	c.Privileges = &Privileges{
		Caps:     []string{"all", "-sys_admin"},
		Bounding: []string{},
		Ambient:  []string{"+kill"},
	}
	c.Limits = &Limits{
		Rlimits: map[string]Rlimit{
			"nofile": {1, Unchanged}, "core": {Unchanged, Unlimited}, "as": {Unchanged, Unchanged},
		},
		OOMScoreAdj: &score, CPUs: []int{0, 7}, Umask: &mask,
		Personality: []string{"linux32", "addr-no-randomize"},
	}
	want := "nsexec --caps=all,-sys_admin --bounding=none --ambient=+kill " +
		"--rlimit=core=:unlimited --rlimit=nofile=1: --oom-score-adj=-5 --cpu-affinity=0,7 " +
		"--umask=27 --personality=linux32,addr-no-randomize -- true"
	if got := c.String(); got != want {
		t.Errorf("%s\n%s", got, want)
	}
	c.Privileges.Caps = []string{"kill,chown"}
	if _, err := c.words(); err == nil {
		t.Error("a name with a comma was taken")
	}
}

func TestCredentialsAreNumbersOrTheTargets(t *testing.T) {
	c := Command(Target{PID: 1, Kinds: Net}, "true")
	c.Credential = &Credential{UID: Follow, GID: -1}
	if got := c.String(); got != "nsexec --target=1 --net --setuid=follow -- true" {
		t.Error(got)
	}
	c.Credential = &Credential{UID: 0, GID: Follow}
	if got := c.String(); got != "nsexec --target=1 --net --setuid=0 --setgid=follow -- true" {
		t.Error(got)
	}
}

func TestEnvironmentIsTheCallersOrTheTargets(t *testing.T) {
	for _, target := range []Target{{PID: 1, OwnEnv: true}, {PID: 1, As: true}} {
		c := Command(target, "true")
		if _, err := c.words(); err != nil {
			t.Error(err)
		}
		c.Env = []string{}
		if _, err := c.words(); err == nil {
			t.Errorf("%v and Cmd.Env", target)
		}
	}
}
