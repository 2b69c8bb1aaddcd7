package backup

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"congvu/internal/blob"
	"congvu/internal/store"

	"github.com/klauspost/compress/zstd"
)

const (
	manifestName = "manifest.json"
	tablesName   = "tables.zst"
	filesName    = "files.zst"
	extraFolder  = "extra"
	unfinished   = ".unfinished"
)

// Manifest describes one copy; it is written last.
type Manifest struct {
	Congvu  string       `json:"congvu"` // "backup"
	Format  int          `json:"format"`
	Version string       `json:"version"` // of the program that took it
	Stamp   string       `json:"stamp"`   // 20261130T065900Z
	Tables  store.Dumped `json:"tables"`
	Files   int64        `json:"files"`
	Bytes   int64        `json:"bytes"` // of all files
	Parts   []Part       `json:"parts"` // everything in the copy's folder but this file
}

// Part is one file of a copy's folder. Name has slashes.
type Part struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	SHA  string `json:"sha256"`
}

// stampForm guards the names of folders that are read or removed.
var stampForm = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z(-[0-9]+)?$`)

// Copies lists the whole copies of a folder, the newest first; a folder that does not exist holds none.
func Copies(dir string) ([]Manifest, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []Manifest
	for _, e := range entries {
		if !stampForm.MatchString(e.Name()) {
			continue
		}
		m, err := readManifest(dir, e.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Manifest) int { return strings.Compare(b.Stamp, a.Stamp) })
	return out, err
}

func readManifest(dir, stamp string) (m Manifest, err error) {
	if !stampForm.MatchString(stamp) {
		return m, damaged(stamp, errors.New("not the name of a copy"))
	}
	b, err := os.ReadFile(filepath.Join(dir, stamp, manifestName))
	if err != nil {
		return m, damaged(stamp, err)
	}
	if err := json.Unmarshal(b, &m); err != nil || m.Congvu != "backup" || m.Format != 1 || m.Stamp != stamp {
		return m, damaged(stamp, errors.Join(err, errors.New("not a manifest of this program")))
	}
	for _, p := range m.Parts {
		if !filepath.IsLocal(filepath.FromSlash(p.Name)) || !blob.ValidSHA(p.SHA) {
			return m, damaged(stamp, fmt.Errorf("part %q", p.Name))
		}
	}
	return m, nil
}

// Damaged: a copy is not what its manifest says.
type Damaged struct {
	Stamp string
	err   error
}

func damaged(stamp string, err error) error { return &Damaged{stamp, err} }
func (d *Damaged) Error() string            { return "copy " + d.Stamp + " is damaged: " + d.err.Error() }
func (d *Damaged) Unwrap() error            { return d.err }

// Inspect reads every byte of a copy against its hash: the parts, and each file that belongs to it.
func Inspect(ctx context.Context, dir, stamp string) (Manifest, error) {
	m, err := readManifest(dir, stamp)
	if err != nil {
		return m, err
	}
	for _, p := range m.Parts {
		if err := p.check(filepath.Join(dir, stamp)); err != nil {
			return m, damaged(stamp, err)
		}
	}
	files, err := blob.OpenDisk(filepath.Join(dir, "files"))
	if err != nil {
		return m, err
	}
	var n int64
	err = eachFile(filepath.Join(dir, stamp), func(sha string) error {
		n++
		if err := ctx.Err(); err != nil {
			return err
		}
		return files.Verify(ctx, sha)
	})
	if err == nil && n != m.Files {
		err = fmt.Errorf("%d files instead of %d", n, m.Files)
	}
	if err != nil && ctx.Err() == nil {
		err = damaged(stamp, err)
	}
	return m, err
}

func (p Part) check(folder string) error {
	f, err := os.Open(filepath.Join(folder, filepath.FromSlash(p.Name)))
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err == nil && (n != p.Size || hex.EncodeToString(h.Sum(nil)) != p.SHA) {
		err = fmt.Errorf("%s is not what was written", p.Name)
	}
	return err
}

// eachFile reads the list of a copy's files.
func eachFile(folder string, visit func(sha string) error) error {
	f, err := os.Open(filepath.Join(folder, filesName))
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := zstd.NewReader(f, zstd.WithDecoderMaxMemory(64<<20), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return err
	}
	defer z.Close()
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		if !blob.ValidSHA(lines.Text()) {
			return errors.New("the list of files is not one")
		}
		if err := visit(lines.Text()); err != nil {
			return err
		}
	}
	return lines.Err()
}

// part writes one file of a copy, durable and hashed.
type part struct {
	name string
	file *os.File
	sum  hash.Hash
	size int64
}

func newPart(folder, name string) (*part, error) {
	path := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	return &part{name: name, file: f, sum: sha256.New()}, err
}

func (p *part) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	p.sum.Write(b[:n])
	p.size += int64(n)
	return n, err
}

func (p *part) end() (Part, error) {
	err := errors.Join(p.file.Sync(), p.file.Close())
	return Part{Name: p.name, Size: p.size, SHA: hex.EncodeToString(p.sum.Sum(nil))}, err
}

// compressed runs write over a part that is compressed on its way.
func compressed(folder, name string, write func(io.Writer) error) (Part, error) {
	p, err := newPart(folder, name)
	if err != nil {
		return Part{}, err
	}
	z, err := zstd.NewWriter(p, zstd.WithEncoderConcurrency(1))
	if err == nil {
		err = errors.Join(write(z), z.Close())
	}
	done, end := p.end()
	return done, errors.Join(err, end)
}
