package confined

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// Limits of one run. A zero field takes its value from DefaultLimits.
type Limits struct {
	Wall      time.Duration // from the start to the end
	Processor time.Duration // of one process, in processor time; whole seconds
	Memory    int64         // bytes that all processes of the run hold in memory together
	Space     int64         // bytes of address space of one process; < 0 = not limited (some programs reserve far more than they use)
	File      int64         // bytes of one file in the private folder, input included
	Disk      int64         // bytes of the private folder, input included
	Open      int           // files open at once in one process
	Entries   int           // files and folders in the private folder
	Processes int           // processes at once
	Output    int64         // bytes of standard output; of standard error the last 4 KB are kept
}

// DefaultLimits suit a small reader of documents.
var DefaultLimits = Limits{Wall: 30 * time.Second, Processor: 30 * time.Second, Memory: 512 << 20, Space: 2 << 30, File: 64 << 20, Disk: 256 << 20, Open: 256,
	Entries: 2000, Processes: 32, Output: 16 << 20}

func (l Limits) filled() Limits {
	d := DefaultLimits
	set(&l.Wall, d.Wall)
	set(&l.Processor, d.Processor)
	set(&l.Memory, d.Memory)
	set(&l.Space, d.Space)
	set(&l.File, d.File)
	set(&l.Disk, d.Disk)
	set(&l.Open, d.Open)
	set(&l.Entries, d.Entries)
	set(&l.Processes, d.Processes)
	set(&l.Output, d.Output)
	return l
}

func set[T comparable](into *T, value T) {
	var zero T
	if *into == zero {
		*into = value
	}
}

// Order is one run of a program.
type Order struct {
	Program string   // a name looked for in PATH, or a path
	Args    []string // {dir} stands for the private folder, which is also the working directory
	Env     []string // added to PATH, HOME, TMPDIR and LANG=C.UTF-8; {dir} as above
	Stdin   io.Reader
	Files   map[string]io.Reader // put into the private folder before the start, by their paths in it
	Limits  Limits
	Behind  bool // nobody waits for it: it has only what all others leave of the processors, on a busy machine next to nothing
	// Gather reads what the program left in its folder, before the folder is removed. The root cannot be left by links. It is called only
	// when the program ended well. Sizes are bounded by Limits.Disk.
	Gather func(folder *os.Root) error
}

// Outcome is what a program that ended well said.
type Outcome struct {
	Stdout, Stderr []byte
	Took           time.Duration
}

// Cell runs programs, Parallel of them at once. The zero value runs one at a time in the system's folder for temporary files.
type Cell struct {
	Parallel int      // 0 = one
	Folder   string   // where private folders are made; "" = os.TempDir()
	Hide     []string // folders that programs must find empty where the kernel permits it: the installation's data and keys

	once  sync.Once
	turns chan struct{}
}

// Found tells whether a program is on the machine.
func Found(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil && supported
}

// Run runs a program to its end. Errors are Refusals, the context's error while waiting for a turn or running, or trouble of the machine.
func (c *Cell) Run(ctx context.Context, o Order) (*Outcome, error) {
	path, err := exec.LookPath(o.Program)
	if err != nil || !supported {
		return nil, ErrAbsent.saying(o.Program)
	}
	if err := c.turn(ctx); err != nil {
		return nil, err
	}
	defer func() { <-c.turns }()
	dir, err := os.MkdirTemp(c.Folder, "congvu-confined-")
	if err != nil {
		return nil, fmt.Errorf("confined: %w", err)
	}
	defer removeAll(dir)
	o.Limits = o.Limits.filled()
	if err := o.furnish(dir); err != nil {
		return nil, err
	}
	return o.run(ctx, path, dir, c.Hide)
}

// turn waits until fewer than Parallel programs run.
func (c *Cell) turn(ctx context.Context) error {
	c.once.Do(func() { c.turns = make(chan struct{}, max(1, c.Parallel)) })
	select {
	case c.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// furnish puts the files of an order into its folder.
func (o *Order) furnish(dir string) error {
	left := o.Limits.Disk
	for name, from := range o.Files {
		if !filepath.IsLocal(name) {
			return fmt.Errorf("confined: %q is no path inside the folder", name)
		}
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o700); err != nil {
			return fmt.Errorf("confined: %w", err)
		}
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("confined: %w", err)
		}
		n, err := io.Copy(f, io.LimitReader(from, left+1))
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("confined: put %s: %w", name, err)
		}
		if left -= n; left < 0 {
			return ErrDisk.saying("input " + name)
		}
	}
	return nil
}

// removeAll removes a folder whose owner may have taken away his own rights inside it.
func removeAll(dir string) {
	if os.RemoveAll(dir) == nil {
		return
	}
	_ = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if e != nil && e.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
	_ = os.RemoveAll(dir)
}

// capped keeps the first most bytes and calls full once when more come.
type capped struct {
	kept bytes.Buffer
	most int64
	full func()
}

func (w *capped) Write(p []byte) (int, error) {
	if int64(w.kept.Len()+len(p)) > w.most {
		w.full()
		return 0, ErrOutput
	}
	return w.kept.Write(p)
}

// tail keeps the last bytes.
type tail struct {
	kept []byte
	most int
}

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - t.most; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}
