package main

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// servant is the server whose work is measured: a process of its own on the data of the measurement.
type servant struct {
	cmd   *exec.Cmd
	base  string
	ready time.Duration // from its start until /readyz said so
}

// hire starts the server and waits until it is ready. stop it afterwards. With profile it writes its own CPU profile there until it is stopped.
func hire(ctx context.Context, w *world, s *settings, profile string) (*servant, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	args := []string{"serve", "--data", s.Data, "--addr", "127.0.0.1:0", "--allow-test-certificates", "--log", "error"}
	if profile != "" {
		args = append(args, "--cpuprofile", profile)
	}
	cmd := exec.CommandContext(ctx, self, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 45 * time.Second
	cmd.Env = append(os.Environ(), "CONGVU_DB="+s.DB, "CONGVU_BLOBS="+s.Blobs)
	cmd.Stderr = w.err
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	v := &servant{cmd: cmd}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, base, found := strings.Cut(lines.Text(), "congvu đang chạy tại "); found {
			go io.Copy(io.Discard, out)
			v.base = base
			if err := v.untilReady(ctx); err != nil {
				v.stop()
				return nil, err
			}
			v.ready = time.Since(begun)
			return v, nil
		}
	}
	v.stop()
	return nil, errors.New("máy chủ của phép đo không khởi động được")
}

func (v *servant) untilReady(ctx context.Context) error {
	for ctx.Err() == nil {
		res, err := http.Get(v.base + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	return ctx.Err()
}

func (v *servant) stop() {
	if v == nil {
		return
	}
	v.cmd.Process.Signal(syscall.SIGTERM)
	v.cmd.Wait()
}

// spending is what processes have used so far, and hold now.
type spending struct {
	Server, Database, Load time.Duration // time of processors: the server, PostgreSQL on this machine, this program
	Resident, Peak         int64         // memory of the server
}

func (v *servant) sample(postgres bool) spending {
	s := spending{Load: processorTime()}
	if v != nil {
		s.Server = processorOf(v.cmd.Process.Pid)
		s.Resident, s.Peak = memoryOf(v.cmd.Process.Pid, "VmRSS:"), memoryOf(v.cmd.Process.Pid, "VmHWM:")
	}
	if postgres {
		s.Database = processorNamed("postgres")
	}
	return s
}

func (s spending) since(before spending) spending {
	s.Server -= before.Server
	s.Database = max(0, s.Database-before.Database) // a connection that ended takes its time with it
	s.Load -= before.Load
	return s
}

// clockTick is the unit of times in /proc.
const clockTick = 10 * time.Millisecond

// processorOf is the user and system time of a process (Linux); 0 where it cannot be read.
func processorOf(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * clockTick
}

// processorNamed sums the processes of a name, and what their ended children used.
func processorNamed(name string) (sum time.Duration) {
	found, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, f := range found {
		if comm, err := os.ReadFile(f); err != nil || strings.TrimSpace(string(comm)) != name {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		sum += processorOf(pid)
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue
		}
		if _, rest, _ := strings.Cut(string(stat), ") "); len(strings.Fields(rest)) > 14 {
			user, _ := strconv.ParseInt(strings.Fields(rest)[13], 10, 64)
			system, _ := strconv.ParseInt(strings.Fields(rest)[14], 10, 64)
			sum += time.Duration(user+system) * clockTick
		}
	}
	return sum
}

// memoryOf is a line of /proc/PID/status in bytes; 0 where it cannot be read.
func memoryOf(pid int, line string) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for l := range strings.Lines(string(status)) {
		if rest, found := strings.CutPrefix(l, line); found {
			kb, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb << 10
		}
	}
	return 0
}

// footprint is what an installation takes on the disk.
type footprint struct {
	Database int64 `json:"database_bytes"` // tables and indexes
	Files    int64 `json:"files_bytes"`    // contents of documents, each once
	Other    int64 `json:"other_bytes"`    // index, axis, journal's checkpoints
}

func (f footprint) all() int64 { return f.Database + f.Files + f.Other }

func (f footprint) since(before footprint) footprint {
	return footprint{f.Database - before.Database, f.Files - before.Files, f.Other - before.Other}
}

// weigh measures the folder of the data, and the database where it is PostgreSQL.
func weigh(ctx context.Context, s *settings) (f footprint, err error) {
	err = filepath.WalkDir(s.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil // a file that went meanwhile
		}
		i, err := d.Info()
		if err != nil {
			return nil
		}
		switch first, _, _ := strings.Cut(strings.TrimPrefix(path, s.Data+string(filepath.Separator)), string(filepath.Separator)); {
		case first == "files":
			f.Files += i.Size()
		case strings.Contains(first, ".db"):
			f.Database += i.Size()
		default:
			f.Other += i.Size()
		}
		return nil
	})
	if err != nil || s.DB == "" {
		return f, err
	}
	db, err := sql.Open("pgx", s.DB)
	if err != nil {
		return f, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "SELECT pg_database_size(current_database())").Scan(&f.Database)
	return f, err
}
