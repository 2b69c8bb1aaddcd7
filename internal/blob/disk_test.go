package blob

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func tempFiles(t testing.TB, d *Disk) int {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(d.root, tempFolder))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// stored is the path of the one stored form.
func stored(t testing.TB, d *Disk, sha string) string {
	t.Helper()
	for _, p := range []string{d.path(sha), d.path(sha) + zstdSuffix} {
		if _, err := os.Stat(p); err == nil {
			return p
		}
	}
	t.Fatal("no stored form")
	return ""
}

func TestDiskKeepsFilesPrivate(t *testing.T) {
	d := openDisk(t)
	put(t, d, noise(10))
	put(t, d, prose(10_000))
	err := filepath.WalkDir(d.root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := e.Info()
		if err != nil {
			return err
		}
		if path != d.root && st.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, st.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n := tempFiles(t, d); n != 0 {
		t.Errorf("%d temporary files after Put", n)
	}
}

// Every single flipped bit, cut and extension must be found, whichever way the file is read (reliability §4, nightly check).
func TestDiskNeverServesChangedBytes(t *testing.T) {
	ctx := context.Background()
	for name, original := range map[string][]byte{"binary": noise(70_000), "text": prose(70_000)} {
		d := openDisk(t)
		sha := put(t, d, original).SHA
		path := stored(t, d, sha)
		good, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		flip := func(at int) []byte {
			b := bytes.Clone(good)
			b[at] ^= 1
			return b
		}
		for harm, bad := range map[string][]byte{
			"first bit": flip(0), "length": flip(min(17, len(good)-1)), "middle": flip(len(good) / 2), "last bit": flip(len(good) - 1),
			"cut": good[:len(good)-1], "cut in half": good[:len(good)/2], "emptied": {}, "longer": append(bytes.Clone(good), 0),
		} {
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := d.Verify(ctx, sha); !errors.Is(err, Damaged) {
				t.Errorf("%s, %s: verify says %v", name, harm, err)
			}
			f, err := d.Open(ctx, sha)
			if err != nil {
				if !errors.Is(err, Damaged) {
					t.Errorf("%s, %s: open says %v", name, harm, err)
				}
				continue
			}
			got, err := io.ReadAll(f)
			if !errors.Is(err, Damaged) || len(got) >= len(original) {
				t.Errorf("%s, %s: %d bytes, %v", name, harm, len(got), err)
			}
			f.Close()
			f, err = d.Open(ctx, sha)
			if err != nil {
				t.Fatal(err)
			}
			f.Seek(100, io.SeekStart)
			if n, err := f.Read(make([]byte, 10)); n != 0 || !errors.Is(err, Damaged) && err != io.EOF {
				t.Errorf("%s, %s: a range gave %d bytes, %v", name, harm, n, err)
			}
			f.Close()
		}
		damaged := 0
		if n, err := Scrub(ctx, d, func(s string, err error) { damaged++ }); n != 1 || err != nil || damaged != 1 {
			t.Errorf("scrub: %d read, %d damaged, %v", n, damaged, err)
		}
		put(t, d, original)
		if err := d.Verify(ctx, sha); err != nil {
			t.Errorf("%s: a new Put did not repair: %v", name, err)
		}
	}
}

func TestDiskExpandsNoMoreThanItRecorded(t *testing.T) {
	d := openDisk(t)
	sha := put(t, d, prose(100_000)).SHA
	path := stored(t, d, sha)
	b, _ := os.ReadFile(path)
	copy(b, writeHead(5000))
	os.WriteFile(path, b, 0o600)
	f, err := d.Open(context.Background(), sha)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got, err := io.ReadAll(f); !errors.Is(err, Damaged) || len(got) >= 5000 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestPutMakesAnOldFileYoungAgain(t *testing.T) {
	d := openDisk(t)
	ctx := context.Background()
	sha := put(t, d, noise(100)).SHA
	old := time.Now().Add(-48 * time.Hour)
	if err := os.Chtimes(d.path(sha), old, old); err != nil {
		t.Fatal(err)
	}
	limit := time.Now().Add(-OrphanAge)
	put(t, d, noise(100))
	if gone, err := d.DeleteOlder(ctx, sha, limit); gone || err != nil {
		t.Errorf("a file stored a moment ago was swept: %v, %v", gone, err)
	}
	os.Chtimes(d.path(sha), old, old)
	if gone, err := d.DeleteOlder(ctx, sha, limit); !gone || err != nil {
		t.Errorf("an old file stayed: %v, %v", gone, err)
	}
}

// A process killed in the middle of a Put leaves a temporary file; the next start removes it, a running writer's stays.
func TestOpenRemovesWhatAKilledProcessLeft(t *testing.T) {
	if dir := os.Getenv("BLOB_TEST_KILLED"); dir != "" {
		d, err := OpenDisk(dir)
		if err != nil {
			t.Fatal(err)
		}
		d.Put(context.Background(), io.MultiReader(bytes.NewReader(noise(1<<20)), talking{}), 0)
		return
	}
	dir := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestOpenRemovesWhatAKilledProcessLeft$")
	child.Env = append(os.Environ(), "BLOB_TEST_KILLED="+dir)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	d, err := OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := tempFiles(t, d); n != 1 {
		t.Errorf("the running writer's file is gone: %d", n)
	}
	child.Process.Kill()
	child.Wait()
	if d, err = OpenDisk(dir); err != nil {
		t.Fatal(err)
	}
	if n := tempFiles(t, d); n != 0 {
		t.Errorf("%d orphans left", n)
	}
	if n := count(t, d); n != 0 {
		t.Errorf("half a file was stored")
	}
}

// talking says that the first bytes were read, then waits for the kill.
type talking struct{}

func (talking) Read([]byte) (int, error) {
	os.Stdout.WriteString("half way\n")
	select {}
}

func TestFullDiskIsRefusedInVietnamese(t *testing.T) {
	err := writeFailure(&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC})
	if !errors.Is(err, Full) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("mapping: %v", err)
	}
	text, _ := err.(*Error).Reason()
	if !strings.Contains(text, "hết dung lượng") {
		t.Errorf("sentence: %s", text)
	}
	if other := writeFailure(fs.ErrPermission); errors.Is(other, Full) {
		t.Error("every failure became a full disk")
	}
}

func TestFullDiskKeepsNothing(t *testing.T) {
	dir := t.TempDir()
	if err := mountSmall(dir, "256k"); err != nil {
		t.Skipf("cannot mount a small file system here: %v", err)
	}
	defer syscall.Unmount(dir, 0)
	d, err := OpenDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	small := put(t, d, noise(1000))
	for _, b := range [][]byte{noise(400_000)} {
		if _, err := d.Put(context.Background(), bytes.NewReader(b), 0); !errors.Is(err, Full) {
			t.Fatalf("full disk: %v", err)
		}
	}
	if n := tempFiles(t, d); n != 0 {
		t.Errorf("%d temporary files fill the disk", n)
	}
	put(t, d, noise(2000))
	if err := d.Verify(context.Background(), small.SHA); err != nil {
		t.Error(err)
	}
}

func TestDiskListSkipsForeignFiles(t *testing.T) {
	d := openDisk(t)
	sha := put(t, d, noise(5)).SHA
	os.WriteFile(filepath.Join(filepath.Dir(d.path(sha)), "notes.txt"), nil, 0o600)
	os.WriteFile(filepath.Join(filepath.Dir(d.path(sha)), strings.Repeat("0", 64)), nil, 0o600) // in a folder of another prefix
	os.WriteFile(filepath.Join(d.root, "README"), nil, 0o600)
	if n := count(t, d); n != 1 {
		t.Errorf("%d listed", n)
	}
}

func BenchmarkDiskPut200KB(b *testing.B) { benchPut(b, 200_000) }
func BenchmarkDiskPut20MB(b *testing.B)  { benchPut(b, 20_000_000) }

func benchPut(b *testing.B, size int) {
	d := openDisk(b)
	data := noise(size)
	b.SetBytes(int64(size))
	for i := 0; b.Loop(); i++ {
		data[0], data[1], data[2] = byte(i), byte(i>>8), byte(i>>16)
		put(b, d, data)
	}
}

func BenchmarkDiskPutText200KB(b *testing.B) {
	d := openDisk(b)
	data := prose(200_000)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		put(b, d, data)
	}
}

func BenchmarkDiskRead200KB(b *testing.B) { benchRead(b, noise(200_000)) }
func BenchmarkDiskRead20MB(b *testing.B)  { benchRead(b, noise(20_000_000)) }
func BenchmarkDiskReadText(b *testing.B)  { benchRead(b, prose(200_000)) }

func benchRead(b *testing.B, data []byte) {
	d := openDisk(b)
	sha := put(b, d, data).SHA
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if err := d.Verify(context.Background(), sha); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWhatIsBuiltIsThereAndSyncedInTheEnd(t *testing.T) {
	d, err := OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d.Building()
	ref, err := d.Put(t.Context(), strings.NewReader("văn bản"), 100)
	if err := errors.Join(err, d.Built()); err != nil {
		t.Fatal(err)
	}
	if b, err := ReadAll(t.Context(), d, ref.SHA, 100); err != nil || string(b) != "văn bản" {
		t.Fatal(string(b), err)
	}
}
