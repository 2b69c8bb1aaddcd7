package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"congvu/internal/client"
)

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func awaitPort(t *testing.T, port int) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatal(err)
		}
	}
}

// disk is an ext4 file system in an image: what a program has not brought through the file system to the image is gone when power is cut (reliability §7).
type disk struct {
	t            *testing.T
	image, mount string
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: mounts, networks")
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func newDisk(t *testing.T, size string) *disk {
	t.Helper()
	needRoot(t)
	dir, err := os.MkdirTemp("", "congvu-faults-disk-")
	check(t, err)
	d := &disk{t: t, image: filepath.Join(dir, "image"), mount: filepath.Join(dir, "mnt")}
	check(t, os.Mkdir(d.mount, 0o700))
	run(t, "truncate", "-s", size, d.image)
	run(t, "mkfs.ext4", "-q", "-F", d.image)
	t.Cleanup(func() {
		exec.Command("umount", "-l", d.mount).Run()
		os.RemoveAll(dir)
	})
	d.attach()
	return d
}

func (d *disk) attach() { d.t.Helper(); run(d.t, "mount", "-o", "loop,noatime", d.image, d.mount) }

// cut takes the power away: all writers stand still, what is on the image stays, the rest is gone; then power comes back and the journal of the file system is replayed.
func (d *disk) cut(s *server) {
	d.t.Helper()
	writers := []int{s.cmd.Process.Pid}
	for i := 0; i < len(writers); i++ {
		syscall.Kill(writers[i], syscall.SIGSTOP)
		writers = append(writers, children(writers[i])...)
	}
	run(d.t, "cp", "--sparse=always", d.image, d.image+".cut")
	for _, pid := range writers {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	<-s.gone
	for i := 0; ; i++ {
		if exec.Command("umount", d.mount).Run() == nil {
			break
		}
		if i == 20 { // this process itself may hold a file of the old image, which nobody reads any more
			run(d.t, "umount", "-l", d.mount)
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	check(d.t, os.Rename(d.image+".cut", d.image))
	d.attach()
}

// cutPower is SQLite, files and the embedded axis on a disk that loses power under load.
func cutPower(t *testing.T, rounds int) *verdict {
	v := &verdict{What: "SQLite, tệp và trục nhúng trên ảnh đĩa ext4: cắt điện khi đang có tải"}
	return cuts(t, v, rounds, ownPath(t))
}

// cutPowerPlanted is the same with a program that does not sync: the harness must find what it loses.
func cutPowerPlanted(t *testing.T, rounds int) *verdict {
	v := &verdict{What: "Đối chứng: bản dựng không đồng bộ đĩa (synchronous=OFF, sync_interval 2 phút) dưới cùng phép cắt điện, phải phát hiện mất"}
	return cuts(t, v, rounds, plantedProgram(t))
}

func cuts(t *testing.T, v *verdict, rounds int, program string) *verdict {
	d := newDisk(t, "1500M")
	w := foundTown(t, &settings{Data: filepath.Join(d.mount, "data")}, []int{0, 1, 2}, nil, nil)
	run(t, "sync")
	missing := 0
	for round := range rounds {
		s, err := tryLaunch(t, w.s, program)
		if err != nil { // only a planted fault may break the data
			v.fail("round %d: the server does not start after the cut: %v", round+1, err)
			v.Lost++
			return v
		}
		w.at(s.address)
		w.again(t)
		missing += w.missing(t, v)
		stop := w.loaded(w.ring)
		pause(context.Background(), between(1500*time.Millisecond, 3*time.Second))
		d.cut(s)
		stop()
	}
	v.figure("missing_after_cuts", float64(missing))
	s, err := tryLaunch(t, w.s, program)
	if err != nil {
		v.fail("the server does not start after the last cut: %v", err)
		v.Lost++
		return v
	}
	w.at(s.address)
	patience := 10 * time.Minute
	if program != ownPath(t) {
		patience = 20 * time.Second
	}
	settle(t, v, patience, w)
	s.end(syscall.SIGTERM)
	closedBook(t, v, w)
	if out := integrity(t, w); out != "ok" {
		v.fail("integrity_check: %s", out)
	}
	return v
}

func tryLaunch(t *testing.T, s *settings, program string) (v *server, err error) {
	cmd := exec.Command(program, "version")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%v: %s", err, out)
	}
	in, err := openTables(context.Background(), s, opening{allowTest: true})
	if err != nil {
		return nil, err
	}
	in.Close()
	return launch(t, s, program, "", "127.0.0.1:0"), nil
}

func integrity(t *testing.T, w *town) string {
	t.Helper()
	in, err := openTables(context.Background(), w.s, opening{allowTest: true})
	check(t, err)
	defer in.Close()
	all := have[string](t, in.DB, sqlIntegrity)
	return strings.Join(all, "; ")
}

// missing counts acknowledged acts that are not in the database right after a cut.
func (w *town) missing(t *testing.T, v *verdict) (n int) {
	t.Helper()
	in, err := openTables(context.Background(), w.s, opening{allowTest: true})
	check(t, err)
	defer in.Close()
	stored := map[client.ID]string{}
	for _, d := range have[bookNumber](t, in.DB, sqlBookNumbers) {
		stored[client.ID(d.ID)] = d.NumberText
	}
	for id, text := range w.told.issued {
		if stored[id] != text {
			n++
		}
	}
	if n > 0 {
		v.fail("%d acknowledged documents are missing after a cut", n)
	}
	return n
}

// plantedProgram is congvu built with two lines changed: it does not wait for the disk.
func plantedProgram(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	check(t, err)
	replace := map[string]string{}
	for file, changes := range map[string][][2]string{
		"internal/store/db.go":    {{"synchronous(FULL)", "synchronous(OFF)"}, {`{"synchronous", "2"}`, `{"synchronous", "0"}`}},
		"internal/axis/server.go": {{"SyncAlways: true,", "SyncAlways: false,"}, {"if js == nil || !js.SyncAlways {", "if js == nil {"}},
	} {
		b, err := os.ReadFile(filepath.Join(root, file))
		check(t, err)
		text := string(b)
		for _, c := range changes {
			if !strings.Contains(text, c[0]) {
				t.Fatalf("%s has no %q any more: the planted fault needs another place", file, c[0])
			}
			text = strings.ReplaceAll(text, c[0], c[1])
		}
		changed := filepath.Join(dir, strconv.Itoa(len(replace))+".go")
		check(t, os.WriteFile(changed, []byte(text), 0o600))
		replace[filepath.Join(root, file)] = changed
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	check(t, err)
	path := filepath.Join(dir, "overlay.json")
	check(t, os.WriteFile(path, overlay, 0o600))
	program := filepath.Join(dir, "congvu")
	run(t, "go", "build", "-overlay", path, "-o", program, ".")
	return program
}
