package signer

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"congvu/internal/keys"
)

// mostLine bounds a line of the log.
const mostLine = 4 << 10

// entry is one line of the log. Prev is the SHA-256 of the line before ("" in the first): a line that is altered or taken out shows.
type entry struct {
	N         uint64 `json:"n"` // signatures so far, this one included
	At        string `json:"at"`
	Event     string `json:"event"` // signed; started: a process began; cut: Lost bytes of an unfinished line were taken off
	Key       string `json:"key,omitempty"`
	Label     string `json:"label,omitempty"`
	Mechanism string `json:"mechanism,omitempty"`
	Digest    string `json:"digest,omitempty"`
	Token     string `json:"token,omitempty"`
	Lost      int    `json:"lost,omitempty"`
	Prev      string `json:"prev"`
}

// Log is the append-only record of what was signed: a file of JSON lines, written by one process at a time. Signatures made at the same
// time share one write and one wait for the disk.
type Log struct {
	path string
	file *os.File
	now  func() time.Time

	mu      sync.Mutex
	waiting []waiting
	writing bool

	// what stands safely on disk; only the one who writes touches it
	size int64
	prev string

	countMu sync.Mutex
	count   uint64
}

type waiting struct {
	e    entry
	done chan error
}

// OpenLog opens or begins the log (mode 0600) and notes that a process started with that token. ErrLogBusy while another process
// writes it, ErrLogDamaged when its last whole line is none of ours. An unfinished last line, left by a crash, was never answered for: it is cut off and that is noted.
func OpenLog(path string, token Description) (*Log, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, ErrLog.because("%w", err)
	}
	l := &Log{path: path, file: f, now: time.Now}
	if err = lockFile(f); err != nil {
		err = ErrLogBusy.with("file", path).because("%w", err)
	}
	lost := 0
	if err == nil {
		lost, err = l.resume()
	}
	if err == nil {
		if err = keys.SyncFolder(filepath.Dir(path)); err != nil {
			err = ErrLog.because("%w", err)
		}
	}
	if err == nil && lost > 0 {
		err = l.append(entry{Event: "cut", Lost: lost})
	}
	if err == nil {
		err = l.append(entry{Event: "started", Token: token.Label + " " + token.Serial})
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

// resume reads the last whole line and cuts off what follows it.
func (l *Log) resume() (lost int, err error) {
	info, err := l.file.Stat()
	if err != nil {
		return 0, ErrLog.because("%w", err)
	}
	from := max(0, info.Size()-64<<10) // a crash loses at most one write, which is shorter
	tail := make([]byte, info.Size()-from)
	if _, err := l.file.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, ErrLog.because("%w", err)
	}
	end := bytes.LastIndexByte(tail, '\n') + 1
	if end == 0 && from > 0 {
		return 0, ErrLogDamaged.with("file", l.path).with("line", "…").because("no line in the last %d bytes", len(tail))
	}
	l.size, lost = from+int64(end), len(tail)-end
	if end > 0 {
		line := tail[bytes.LastIndexByte(tail[:end-1], '\n')+1 : end-1]
		e, err := readEntry(line)
		if err != nil {
			return 0, ErrLogDamaged.with("file", l.path).with("line", "…").because("%w", err)
		}
		l.count, l.prev = e.N, hashLine(line)
	}
	if lost > 0 {
		if err := l.file.Truncate(l.size); err != nil {
			return 0, ErrLog.because("%w", err)
		}
	}
	return lost, nil
}

// Signed notes a signature and returns when the line is on disk. ErrLog when it is not: the signature must then not be handed out.
func (l *Log) Signed(o Order, label string) error {
	return l.append(entry{Event: "signed", Key: o.Key.String()[:16], Label: cut(label, mostLabel), Mechanism: o.String(), Digest: hex.EncodeToString(o.Digest)})
}

// Count is the number of signatures noted so far.
func (l *Log) Count() uint64 {
	l.countMu.Lock()
	defer l.countMu.Unlock()
	return l.count
}

// append queues a line; whoever finds nobody writing writes for all.
func (l *Log) append(e entry) error {
	w := waiting{e, make(chan error, 1)}
	l.mu.Lock()
	l.waiting = append(l.waiting, w)
	if l.writing {
		l.mu.Unlock()
		return <-w.done
	}
	l.writing = true
	for len(l.waiting) > 0 {
		batch := l.waiting
		l.waiting = nil
		l.mu.Unlock()
		err := l.write(batch)
		for _, w := range batch {
			w.done <- err
		}
		l.mu.Lock()
	}
	l.writing = false
	l.mu.Unlock()
	return <-w.done
}

// write puts a batch on disk whole, or takes it back and says so.
func (l *Log) write(batch []waiting) error {
	var b []byte
	count, prev := l.Count(), l.prev
	at := l.now().UTC().Format(time.RFC3339Nano)
	for _, w := range batch {
		if w.e.Event == "signed" {
			count++
		}
		w.e.N, w.e.At, w.e.Prev = count, at, prev
		line, err := json.Marshal(w.e)
		if err != nil {
			return ErrLog.because("%w", err)
		}
		prev = hashLine(line)
		b = append(append(b, line...), '\n')
	}
	_, err := l.file.Write(b)
	if err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		return ErrLog.because("%w", errors.Join(err, l.file.Truncate(l.size)))
	}
	l.size, l.prev = l.size+int64(len(b)), prev
	l.countMu.Lock()
	l.count = count
	l.countMu.Unlock()
	return nil
}

// Close lets another process write the log.
func (l *Log) Close() error { return l.file.Close() }

// Sum is what CheckLog counted.
type Sum struct {
	Signatures uint64
	Starts     int
	Cuts       int
	PerKey     map[string]uint64 // by the first 16 digits of the KeyID and the label
	Last       string            // SHA-256 of the last line: noted elsewhere, it also shows that no line was taken off the end
}

// Keys lists the keys that signed, in order.
func (s *Sum) Keys() []string { return slices.Sorted(maps.Keys(s.PerKey)) }

// CheckLog reads a log and makes sure that each line follows from the one before. ErrLogDamaged names the first that does not.
func CheckLog(path string) (*Sum, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := &Sum{PerKey: map[string]uint64{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, mostLine)
	for n := 1; ; n++ {
		damaged := ErrLogDamaged.with("file", path).with("line", n)
		if !lines.Scan() {
			if err := lines.Err(); err != nil {
				return nil, damaged.because("%w", err)
			}
			return s, nil
		}
		e, err := readEntry(lines.Bytes())
		if err != nil {
			return nil, damaged.because("%w", err)
		}
		if err := s.add(e); err != nil {
			return nil, damaged.because("%w", err)
		}
		s.Last = hashLine(lines.Bytes())
	}
}

func (s *Sum) add(e entry) error {
	switch e.Event {
	case "signed":
		s.Signatures++
		s.PerKey[e.Key+" "+e.Label]++
	case "started":
		s.Starts++
	case "cut":
		s.Cuts++
	}
	if e.Prev != s.Last || e.N != s.Signatures {
		return errors.New("does not follow from the line before")
	}
	return nil
}

func readEntry(line []byte) (e entry, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err = d.Decode(&e); err == nil && (d.More() || len(line) > mostLine || e.Event != "signed" && e.Event != "started" && e.Event != "cut") {
		err = errors.New("not a line of ours")
	}
	return e, err
}

func hashLine(line []byte) string {
	s := sha256.Sum256(line)
	return hex.EncodeToString(s[:])
}
