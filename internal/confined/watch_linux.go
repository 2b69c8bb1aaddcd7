package confined

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// watch looks after all processes of a run: its child, the child's descendants and whoever shares its group.
type watch struct {
	pid    int
	apart  bool // in a world of its own, where whoever loses his parent becomes the child of pid
	dir    string
	limits Limits
}

const watchEvery = 50 * time.Millisecond

// until looks every watchEvery whether a limit is passed, and ends the run with the first one or with its context.
func (w *watch) until(ctx context.Context, done <-chan struct{}, end context.CancelCauseFunc) {
	t := time.NewTicker(watchEvery)
	defer t.Stop()
	for n := 1; ; n++ {
		select {
		case <-done:
			return
		case <-ctx.Done():
			w.kill()
			return
		case <-t.C:
		}
		err := w.processes()
		if err == nil && n%4 == 0 {
			err = w.folder()
		}
		if err != nil {
			end(err)
			w.kill()
			return
		}
	}
}

// kill ends the group and every descendant; twice, for those who were being born. A world ends with its first process.
func (w *watch) kill() {
	if w.apart {
		_ = syscall.Kill(-w.pid, syscall.SIGKILL)
		return
	}
	for range 2 {
		_ = syscall.Kill(-w.pid, syscall.SIGKILL)
		for _, p := range kin(w.pid) {
			if p.pid != os.Getpid() {
				_ = syscall.Kill(p.pid, syscall.SIGKILL)
			}
		}
	}
}

func (w *watch) processes() error {
	all := w.family()
	if len(all) > w.limits.Processes {
		return ErrProcesses
	}
	var held int64
	for _, p := range all {
		held += p.resident
	}
	if held > w.limits.Memory {
		return ErrMemory
	}
	return nil
}

var errEnough = errors.New("enough")

// folder tells whether the private folder has become too large, or a file in it as large as the kernel lets it become.
func (w *watch) folder() error {
	var bytes int64
	entries := 0
	err := filepath.WalkDir(w.dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // what vanishes while we look
		}
		entries++
		size := int64(0)
		if i, err := e.Info(); err == nil && i.Mode().IsRegular() {
			size = i.Size()
		}
		bytes += size
		if size >= w.limits.File&^511 || bytes > w.limits.Disk || entries > w.limits.Entries {
			return errEnough
		}
		return nil
	})
	if err != nil {
		return ErrDisk
	}
	return nil
}

// process is what /proc/PID/stat tells.
type process struct {
	pid, parent, group int
	resident           int64
}

// family lists the processes of the run.
func (w *watch) family() []process {
	if w.apart && tellsChildren() {
		if first, ok := look(w.pid); ok {
			return w.descend([]process{first})
		}
	}
	return kin(w.pid)
}

// tellsChildren is whether the kernel lists the children of a process: looking at every process of the machine costs a hundred times as much.
var tellsChildren = sync.OnceValue(func() bool {
	_, err := os.ReadFile("/proc/thread-self/children")
	return err == nil
})

// descend adds the descendants of the first, one more than may be at most.
func (w *watch) descend(all []process) []process {
	for i := 0; i < len(all) && len(all) <= w.limits.Processes; i++ {
		tasks, _ := os.ReadDir("/proc/" + strconv.Itoa(all[i].pid) + "/task")
		for _, t := range tasks {
			b, _ := os.ReadFile("/proc/" + strconv.Itoa(all[i].pid) + "/task/" + t.Name() + "/children")
			for _, word := range bytes.Fields(b) {
				if id, err := strconv.Atoi(string(word)); err == nil {
					if p, ok := look(id); ok {
						all = append(all, p)
					}
				}
			}
		}
	}
	return all
}

// kin lists a process, its descendants and the members of its group.
func kin(pid int) []process {
	names, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	all := make([]process, 0, len(names))
	for _, n := range names {
		if id, err := strconv.Atoi(n.Name()); err == nil {
			if p, ok := look(id); ok {
				all = append(all, p)
			}
		}
	}
	in := map[int]bool{pid: true}
	for grown := true; grown; {
		grown = false
		for _, p := range all {
			if !in[p.pid] && (in[p.parent] || p.group == pid) {
				in[p.pid], grown = true, true
			}
		}
	}
	out := all[:0]
	for _, p := range all {
		if in[p.pid] {
			out = append(out, p)
		}
	}
	return out
}

var pageSize = int64(os.Getpagesize())

// look reads one process; false when it is gone or only waits to be buried.
func look(pid int) (process, bool) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	at := bytes.LastIndexByte(b, ')') // the name before it may hold anything
	if err != nil || at < 0 {
		return process{}, false
	}
	f := bytes.Fields(b[at+1:])
	if len(f) < 22 || f[0][0] == 'Z' {
		return process{}, false
	}
	number := func(i int) int64 { n, _ := strconv.ParseInt(string(f[i]), 10, 64); return n }
	return process{pid: pid, parent: int(number(1)), group: int(number(2)), resident: number(21) * pageSize}, true
}
