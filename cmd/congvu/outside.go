package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/documents"
	"congvu/internal/keys"
	"congvu/internal/store"
)

// outside is where an installation keeps what must survive its database: the newest checkpoint of the sealed journal, and the last number of every register.
// On another disk it survives the machine's too.
func (s *settings) outside() string {
	if s.Outside != "" {
		return s.Outside
	}
	return filepath.Join(s.Data, "audit")
}

const numbersName = "numbers"

// keptNumbers is the file of the last numbers.
type keptNumbers struct {
	Node      string            `json:"node"`
	At        store.Instant     `json:"at_us"`
	Registers []documents.Known `json:"registers"`
}

// readNumbers reads what was kept; nothing when there is no such file, or it is of another installation.
func (in *installation) readNumbers(ctx context.Context, dir string) (k keptNumbers, err error) {
	b, err := os.ReadFile(filepath.Join(dir, numbersName))
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	if err != nil {
		return k, fmt.Errorf("%s: %w", filepath.Join(dir, numbersName), err)
	}
	node, err := in.nodeName(ctx)
	if node != k.Node {
		return keptNumbers{}, err
	}
	return k, err
}

// fence compares the registers with what was kept outside and closes those that have forgotten numbers (reliability §4).
func (in *installation) fence(ctx context.Context, dir string) (missing int64, err error) {
	k, err := in.readNumbers(ctx, dir)
	if err != nil || len(k.Registers) == 0 {
		return 0, err
	}
	if missing, err = documents.Fence(ctx, in.DB, k.Registers); err != nil || missing == 0 {
		return missing, err
	}
	restored, err := store.Setting(ctx, in.DB, 0, store.SettingRestored, "")
	if err != nil || restored != "" {
		return missing, err
	}
	return missing, in.DB.Keep(ctx, func(tx *store.Tx) error { // an older copy was put in place by other means: what peers know is believed too
		return tx.Set(ctx, 0, store.SettingRestored, fmt.Sprint(int64(in.DB.Now().Add(-7*24*time.Hour))))
	})
}

// keepNumbers writes the last numbers to the outside whenever they have changed, until ctx ends.
func (in *installation) keepNumbers(ctx context.Context, dir string, every time.Duration, trouble func(error)) {
	var last []byte
	for ctx.Err() == nil {
		changed := in.DB.Changed()
		b, err := in.numbers(ctx)
		if err == nil && !bytes.Equal(b, last) {
			if err = in.putNumbers(ctx, dir, b); err == nil {
				last = b
			}
		}
		if err != nil && ctx.Err() == nil {
			trouble(fmt.Errorf("numbers kept outside: %w", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-time.After(12 * every): // another copy of the installation may have given numbers
		}
	}
}

func (in *installation) numbers(ctx context.Context) ([]byte, error) {
	all, err := documents.Lasts(ctx, in.DB, calendar.DateOf(in.DB.Now().Time()).Year()-1)
	if err != nil {
		return nil, err
	}
	return json.Marshal(all)
}

// putNumbers writes the file whole or not at all, and on the disk before it returns.
func (in *installation) putNumbers(ctx context.Context, dir string, registers []byte) error {
	node, err := in.nodeName(ctx)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".numbers-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = fmt.Fprintf(f, `{"node":%q,"at_us":%d,"registers":%s}`+"\n", node, int64(in.DB.Now()), registers)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(dir, numbersName)); err != nil {
		return err
	}
	return keys.SyncFolder(dir)
}

// sayFences names the registers that give no number for now.
func (in *installation) sayFences(ctx context.Context, out io.Writer) error {
	all, err := documents.FencedRegisters(ctx, in.DB)
	for _, f := range all {
		name := fmt.Sprint("cơ quan ", f.Agency)
		if list, err := in.tell(ctx, []store.Finding{{Agency: f.Agency}}); err == nil {
			name = list[0].Agency
		}
		fmt.Fprintf(out, "TẠM DỪNG CẤP SỐ  %s  %s năm %d (register/%d): thiếu %d số, từ %d đến %d\n", name, f.Name, f.Year, f.Register, f.Missing, f.First, f.Last)
	}
	return err
}
