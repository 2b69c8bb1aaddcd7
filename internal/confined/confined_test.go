package confined_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"congvu/internal/confined"
)

func shell(t *testing.T, c *confined.Cell, l confined.Limits, script string) (*confined.Outcome, error) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("programs are confined on Linux only")
	}
	return c.Run(t.Context(), confined.Order{Program: "sh", Args: []string{"-c", script}, Limits: l})
}

func cell(t *testing.T) *confined.Cell { return &confined.Cell{Folder: t.TempDir()} }

func TestAProgramWorksInAFolderThatIsGoneAfterwards(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("programs are confined on Linux only")
	}
	c := cell(t)
	var result string
	t.Setenv("CONGVU_SECRET", "not for programs")
	out, err := c.Run(t.Context(), confined.Order{Program: "sh", Args: []string{"-c", `cat in.txt - > out.txt; pwd; echo "$HOME $TMPDIR {dir}"; env`},
		Files: map[string]io.Reader{"in.txt": strings.NewReader("một ")}, Stdin: strings.NewReader("hai"),
		Gather: func(folder *os.Root) error {
			b, err := folder.ReadFile("out.txt")
			result = string(b)
			return err
		}})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(out.Stdout), "\n")
	if result != "một hai" || lines[1] != lines[0]+" "+lines[0]+" "+lines[0] {
		t.Errorf("result %q, said %q", result, out.Stdout)
	}
	if strings.Contains(string(out.Stdout), "not for programs") {
		t.Error("the program saw the server's environment")
	}
	if left, _ := os.ReadDir(c.Folder); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestHostileProgramsEnd(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		limits confined.Limits
		want   error
	}{
		"sleeps and ignores signals": {`trap '' TERM INT HUP; while :; do sleep 1; done`, confined.Limits{Wall: 300 * time.Millisecond}, confined.ErrDeadline},
		"spins":                      {`while :; do :; done`, confined.Limits{Processor: time.Second, Wall: 20 * time.Second}, confined.ErrProcessor},
		"forks":                      {`while :; do sleep 30 & done`, confined.Limits{Processes: 20}, confined.ErrProcesses},
		"leaves its group":           {`setsid sleep 30 & setsid sh -c 'sleep 30' & sleep 30`, confined.Limits{Wall: 300 * time.Millisecond}, confined.ErrDeadline},
		"writes a large file":        {`exec head -c 20000000 /dev/zero > big`, confined.Limits{File: 1 << 20}, confined.ErrDisk},
		"writes much in small files": {`i=0; while :; do head -c 500000 /dev/zero > f$i; i=$((i+1)); done`, confined.Limits{Disk: 4 << 20}, confined.ErrDisk},
		"makes many files":           {`i=0; while :; do : > f$i; i=$((i+1)); done`, confined.Limits{Entries: 100}, confined.ErrDisk},
		"talks without end":          {`exec cat /dev/zero`, confined.Limits{Output: 1 << 20}, confined.ErrOutput},
		"complains without end":      {`head -c 3000000 /dev/zero >&2; exit 3`, confined.Limits{}, confined.ErrFailed},
		"allocates":                  {`exec dd bs=400M count=100 if=/dev/zero of=/dev/null`, confined.Limits{Memory: 50 << 20, Space: -1}, confined.ErrMemory},
		"reserves address space":     {`exec dd bs=400M count=1 if=/dev/zero of=/dev/null`, confined.Limits{Space: 100 << 20}, confined.ErrFailed},
		"is not there":               {`exec no-such-program`, confined.Limits{}, confined.ErrFailed},
	} {
		t.Run(name, func(t *testing.T) {
			room := cell(t)
			_, err := shell(t, room, c.limits, c.script)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if left, _ := os.ReadDir(room.Folder); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
			if said, err := exec.Command("ps", "-eo", "args").Output(); err == nil && strings.Contains(string(said), room.Folder) {
				t.Errorf("a process lives on:\n%s", said)
			}
		})
	}
}

func TestAProgramNobodyWaitsForHasWhatIsLeft(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("programs are confined on Linux only")
	}
	for behind, want := range map[bool]string{false: "0", true: "5"} { // SCHED_NORMAL, SCHED_IDLE
		out, err := cell(t).Run(t.Context(), confined.Order{Program: "sh", Behind: behind,
			Args: []string{"-c", `n=0; while [ "$(cut -d' ' -f41 /proc/self/stat)" != ` + want + ` ] && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done; cut -d' ' -f41 /proc/self/stat`}})
		if err != nil || strings.TrimSpace(string(out.Stdout)) != want {
			t.Errorf("behind %v: policy of a child %+v, %v", behind, out, err)
		}
	}
}

func TestAMissingProgramIsSaid(t *testing.T) {
	_, err := cell(t).Run(t.Context(), confined.Order{Program: "no-such-program-here"})
	if !errors.Is(err, confined.ErrAbsent) || confined.Found("no-such-program-here") {
		t.Errorf("got %v", err)
	}
}

func TestAProgramStopsWithItsContext(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, stop)
	_, err := cell(t).Run(ctx, confined.Order{Program: "sleep", Args: []string{"30"}})
	if runtime.GOOS == "linux" && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestProgramsWaitForTheirTurn(t *testing.T) {
	c := cell(t)
	begun := make(chan struct{})
	go func() {
		close(begun)
		_, _ = c.Run(t.Context(), confined.Order{Program: "sh", Args: []string{"-c", "echo > here; sleep 2"}})
	}()
	<-begun
	for { // until the first one is inside
		if in, _ := filepath.Glob(filepath.Join(c.Folder, "*", "here")); len(in) == 1 || runtime.GOOS != "linux" {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	if _, err := c.Run(ctx, confined.Order{Program: "true"}); runtime.GOOS == "linux" && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a second program did not wait: %v", err)
	}
}

func TestLinksOutOfTheFolderAreNotFollowed(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := cell(t).Run(t.Context(), confined.Order{Program: "ln", Args: []string{"-s", secret, "out"},
		Gather: func(folder *os.Root) error { _, err := folder.ReadFile("out"); return err }})
	if err == nil {
		t.Error("a link out of the folder was followed")
	}
}

func TestAProgramInItsOwnWorldHasNoNetworkAndSeesNoHiddenFolder(t *testing.T) {
	if confined.Isolation() != "world" {
		t.Skip("the kernel permits no namespaces to this account")
	}
	hide := t.TempDir()
	if err := os.WriteFile(filepath.Join(hide, "keys"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := cell(t)
	c.Hide = []string{hide}
	out, err := shell(t, c, confined.Limits{}, `tail -n +3 /proc/net/dev; ls -A `+hide+`; umount `+hide+` 2>/dev/null && echo umounted; grep CapEff /proc/$$/status || true; echo end`)
	if err != nil {
		t.Fatal(err)
	}
	said := string(out.Stdout)
	if strings.Contains(said, "eth") || strings.Contains(said, "keys") || strings.Contains(said, "umounted") || !strings.Contains(said, "end") {
		t.Errorf("said %q", said)
	}
}
