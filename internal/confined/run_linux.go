package confined

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"
)

const supported = true

// limitsScript sets the limits of the shell that then becomes the program, so that no moment is without them. $1–$5: processor seconds, kilobytes of
// address space, blocks of a file, open files, folders to hide (each on a line).
const limitsScript = `ulimit -S -t "$1"; ulimit -H -t "$(($1+1))"; [ "$2" = unlimited ] || ulimit -v "$2"; ulimit -f "$3"; ulimit -n "$4"; ulimit -c 0; umask 077
hide=$5; shift 5
if [ -n "$hide" ]; then
  IFS='
'
  for d in $hide; do mount -t tmpfs -o size=4k,mode=0555 none "$d" || exit 125; done
  exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs -- "$@"
fi
exec "$@"`

// run starts the program, watches it, ends all its processes, and gives its words.
func (o *Order) run(ctx context.Context, path, dir string, hide []string) (*Outcome, error) {
	ctx, stop := context.WithTimeoutCause(ctx, o.Limits.Wall, ErrDeadline)
	defer stop()
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	cmd := o.command(path, dir, hidden(hide, dir))
	out, said := &capped{most: o.Limits.Output, full: func() { end(ErrOutput) }}, &tail{most: 4 << 10}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = o.Stdin, out, said
	cmd.WaitDelay = 2 * time.Second // a pipe held open by a process that got away must not hold us
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("confined: %w", err)
	}
	if o.Behind {
		giveWay(cmd.Process.Pid)
	}
	w := &watch{pid: cmd.Process.Pid, apart: isolation(), dir: dir, limits: o.Limits}
	var watching sync.WaitGroup
	done := make(chan struct{})
	watching.Go(func() { w.until(ctx, done, end) })
	err := cmd.Wait()
	close(done)
	watching.Wait()
	w.kill()
	if cause := context.Cause(ctx); cause != nil {
		if r, ok := cause.(*Refusal); ok {
			return nil, r.saying(lastWords(said.kept))
		}
		return nil, cause
	}
	if full := w.folder(); full != nil {
		return nil, full
	}
	if err != nil {
		return nil, o.ended(err, said.kept)
	}
	outcome := &Outcome{Stdout: out.kept.Bytes(), Stderr: said.kept, Took: time.Since(began)}
	if o.Gather == nil {
		return outcome, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("confined: %w", err)
	}
	defer root.Close()
	return outcome, o.Gather(root)
}

const (
	schedIdle = 5 // SCHED_IDLE: runs when nobody else wants to
	niceLeast = 19
)

// giveWay lets a program have what all others leave of the processors; where that is forbidden, little of them. It is a wish: without it the program runs all
// the same. This call names the policy where a filter of calls can see it: RestrictRealtime of systemd lets this one pass, not its newer sister.
func giveWay(pid int) {
	var priority int32
	if _, _, err := syscall.RawSyscall(syscall.SYS_SCHED_SETSCHEDULER, uintptr(pid), schedIdle, uintptr(unsafe.Pointer(&priority))); err != 0 {
		_ = syscall.Setpriority(syscall.PRIO_PGRP, pid, niceLeast)
	}
}

func (o *Order) command(path, dir string, hide string) *exec.Cmd {
	space := "unlimited"
	if o.Limits.Space > 0 {
		space = fmt.Sprint(o.Limits.Space >> 10)
	}
	args := []string{"-c", limitsScript, "confined", fmt.Sprint(max(1, int64(o.Limits.Processor/time.Second))), space, fmt.Sprint(o.Limits.File >> 9), fmt.Sprint(o.Limits.Open), hide, path}
	inside := strings.NewReplacer("{dir}", dir)
	for _, a := range o.Args {
		args = append(args, inside.Replace(a))
	}
	cmd := exec.Command("/bin/sh", args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + dir, "TMPDIR=" + dir, "LANG=C.UTF-8"}
	for _, e := range o.Env {
		cmd.Env = append(cmd.Env, inside.Replace(e))
	}
	cmd.SysProcAttr = attributes(isolation())
	return cmd
}

// attributes of the process: its own group, no life after the server, and, where permitted, its own world.
func attributes(apart bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if apart {
		a.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWNS
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	return a
}

// isolation tries once whether the kernel and the machine's programs permit a world of its own, hidden folders included.
var isolation = sync.OnceValue(func() bool {
	dir, err := os.MkdirTemp("", "congvu-confined-")
	if err != nil {
		return false
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("/bin/sh", "-c", limitsScript, "confined", "5", "unlimited", "100", "64", dir, "/bin/true")
	cmd.SysProcAttr = attributes(true)
	return cmd.Run() == nil
})

// Isolation tells what programs are kept from besides their limits: "world" (network, other processes, hidden folders) or "none".
func Isolation() string {
	if isolation() {
		return "world"
	}
	return "none"
}

// hidden lists the folders to hide that exist and do not hold the private one, one a line. There is always one, so that the program loses its capabilities too.
func hidden(hide []string, dir string) string {
	if !isolation() {
		return ""
	}
	list := []string{"/mnt"}
	for _, h := range hide {
		if i, err := os.Stat(h); err == nil && i.IsDir() && !strings.Contains(h, "\n") && !strings.HasPrefix(dir, strings.TrimSuffix(h, "/")+"/") {
			list = append(list, h)
		}
	}
	return strings.Join(list, "\n")
}

// ended turns the way a program ended into a refusal.
func (o *Order) ended(err error, said []byte) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return ErrFailed.saying(err.Error())
	}
	words := lastWords(said)
	status, _ := exit.Sys().(syscall.WaitStatus)
	sig := status.Signal()
	if !status.Signaled() && status.ExitStatus() > 128 { // a shell tells so of its child
		sig = syscall.Signal(status.ExitStatus() - 128)
	}
	used := exit.UserTime() + exit.SystemTime()
	switch {
	case sig == syscall.SIGXCPU, sig == syscall.SIGKILL && used >= o.Limits.Processor: // the first process of a world is spared the gentler signal
		return ErrProcessor.saying(words)
	case sig == syscall.SIGXFSZ:
		return ErrDisk.saying(words)
	}
	return ErrFailed.saying(fmt.Sprintf("%v: %s", exit, words))
}

func lastWords(b []byte) string {
	return strings.ToValidUTF8(strings.TrimSpace(string(b[max(0, len(b)-500):])), "")
}
