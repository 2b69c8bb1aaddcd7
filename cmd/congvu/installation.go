package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"congvu/internal/audit"
	"congvu/internal/auth"
	"congvu/internal/axis"
	"congvu/internal/blob"
	"congvu/internal/calendar"
	"congvu/internal/confined"
	"congvu/internal/documents"
	"congvu/internal/exchange"
	"congvu/internal/keys"
	"congvu/internal/org"
	"congvu/internal/signer"
	"congvu/internal/store"
	"congvu/internal/typist"
)

// installation is everything one data folder (or one database and its files) holds, opened.
type installation struct {
	DB       *store.DB
	Blobs    blob.Store
	Keys     *keys.Store
	Trust    *keys.Trust
	Desk     *documents.Desk
	Axis     *axis.Axis       // nil in local verbs
	Exchange *exchange.Office // nil in local verbs
	Log      *audit.Log       // the sealed journal
	Data     string           // its folder
	Node     string           // its name on the axis, where it is joined to other installations
}

// opening says how an installation is opened.
type opening struct {
	migrate   bool
	clock     store.Clock
	allowTest bool // believe the worthless certificates of the test authority: demonstrations only
	building  bool // nothing waits for the disk until built: what is made can be made again
}

// openLocal opens the installation for a verb that ends by itself; nothing is sent or received.
func openLocal(ctx context.Context, _ *world, s *settings) (*installation, error) {
	return openTables(ctx, s, opening{migrate: s.DB == ""})
}

func openTables(ctx context.Context, s *settings, how opening) (in *installation, err error) {
	in = &installation{Data: s.Data}
	defer func() {
		if err != nil {
			in.Close()
			in = nil
		}
	}()
	if err = os.MkdirAll(s.Data, 0o700); err != nil {
		return in, err
	}
	if in.DB, err = store.Open(ctx, store.Config{Dir: s.Data, URL: s.DB, Clock: how.clock, Migrate: how.migrate, Building: how.building}); err != nil {
		return in, err
	}
	address := s.Blobs
	if address == "" {
		in.Blobs, err = blob.OpenDisk(filepath.Join(s.Data, "files"))
	} else {
		in.Blobs, err = blob.Open(ctx, address)
	}
	if err != nil {
		return in, err
	}
	secret, err := keys.MasterSecret(s.Data)
	if err != nil {
		return in, err
	}
	if in.Keys, err = keys.Open(filepath.Join(s.Data, "keys"), secret); err != nil {
		return in, err
	}
	if how.building {
		in.Keys.Building()
		if disk, ok := in.Blobs.(*blob.Disk); ok {
			disk.Building()
		}
	}
	if s.Signer != "" {
		in.Keys.Attach(signer.Prefix, signer.NewRing(s.Signer, 0))
	}
	if err = in.loadTrust(s, how.allowTest); err != nil {
		return in, err
	}
	in.Desk = &documents.Desk{DB: in.DB, Blobs: in.Blobs, Keys: in.Keys, Trust: in.Trust, Calendar: calendar.Default(), Locked: auth.Locked}
	in.Desk.Typist = &typist.Typist{Cell: &confined.Cell{Hide: []string{s.Data}}} // a converter has no business with keys and files of the installation
	if in.Desk.Texts, err = newReader(s.Data); err != nil {
		return in, err
	}
	in.Log, err = in.openLog(ctx, s)
	return in, err
}

// built brings everything that was built to the disk, files before the rows that name them; from then on the installation is an ordinary one.
func (in *installation) built(ctx context.Context) error {
	if disk, ok := in.Blobs.(*blob.Disk); ok {
		if err := disk.Built(); err != nil {
			return err
		}
	}
	if err := in.Keys.Built(); err != nil {
		return err
	}
	return in.DB.Built(ctx)
}

// openLog names the sealed journal after the installation, and keeps its newest checkpoint beside the database.
func (in *installation) openLog(ctx context.Context, s *settings) (*audit.Log, error) {
	node, err := in.nodeName(ctx)
	people := func(ctx context.Context, r store.Reader) ([]int64, error) {
		return org.SystemAdmins(ctx, r, calendar.DateOf(in.DB.Now().Time()))
	}
	return &audit.Log{DB: in.DB, Keys: in.Keys, Node: node, Rows: exchange.SealedRows, People: people, Anchor: filepath.Join(s.outside(), "checkpoint")}, err
}

func (in *installation) loadTrust(s *settings, allowTest bool) (err error) {
	dir := s.Trust
	if dir == "" {
		dir = filepath.Join(s.Data, "trust")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	in.Trust, err = keys.LoadTrust(dir)
	if err == nil {
		in.Trust.AllowTest = allowTest
	}
	return err
}

// openServing opens the installation with its axis.
func openServing(ctx context.Context, s *settings, how opening, log *slog.Logger) (*installation, error) {
	in, err := openTables(ctx, s, how)
	if err != nil {
		return nil, err
	}
	if err := in.askAuthorities(s); err != nil {
		in.Close()
		return nil, err
	}
	if err := in.openAxis(ctx, s, log); err != nil {
		in.Close()
		return nil, err
	}
	in.Exchange = &exchange.Office{DB: in.DB, Blobs: in.Blobs, Keys: in.Keys, Trust: in.Trust, Axis: in.Axis, Calendar: in.Desk.Calendar, Log: in.Log,
		SpoolDir: filepath.Join(s.Data, "spool")}
	if err := os.MkdirAll(in.Exchange.SpoolDir, 0o700); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

func (in *installation) openAxis(ctx context.Context, s *settings, log *slog.Logger) error {
	node, err := in.nodeName(ctx)
	if err != nil {
		return err
	}
	c := axis.Config{Node: node, StoreDir: filepath.Join(s.Data, "axis"), URL: s.Axis, Listen: s.AxisListen, Hub: s.AxisHub, HubPassword: s.AxisPassword,
		Now: func() time.Time { return in.DB.Now().Time() }, Log: log}
	if c.URL != "" {
		c.StoreDir = "" // the brokers have the streams
	}
	if err := s.secureAxis(ctx, &c); err != nil {
		return err
	}
	if c.URL != "" {
		c.StoreDir = "" // the streams are kept there
	}
	if c.Hub != "" || c.Listen != "" {
		in.Node = node
		if c.Agencies, err = in.hostedCodes(ctx); err != nil {
			return err
		}
		if len(c.Agencies) == 0 {
			return errors.New("chưa có cơ quan nào trong bản cài đặt này nên chưa nối trục được: tạo cơ quan trước, rồi khởi động lại")
		}
	}
	if s.AxisPeers != "" {
		b, err := os.ReadFile(s.AxisPeers)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(b, &c.Peers); err != nil {
			return fmt.Errorf("tệp %s: %w", s.AxisPeers, err)
		}
	}
	in.Axis, err = axis.Open(ctx, c)
	return err
}

// nodeName is drawn once and kept with the data: copies of one installation share it.
func (in *installation) nodeName(ctx context.Context) (string, error) {
	name, err := store.Setting(ctx, in.DB, 0, "axis.node", "")
	if err != nil || name != "" {
		return name, err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d", in.DB.NewID(), time.Now().UnixNano()))
	name = "n-" + hex.EncodeToString(sum[:6])
	return name, in.DB.Keep(ctx, func(tx *store.Tx) error { return tx.Set(ctx, 0, "axis.node", name) })
}

func (in *installation) hostedCodes(ctx context.Context) ([]string, error) {
	agencies, err := org.HostedAgencies(ctx, in.DB)
	var out []string
	for _, a := range agencies {
		code := a.WireCode
		if code == "" {
			code = a.Code
		}
		out = append(out, strings.ToUpper(code))
	}
	return out, err
}

// Close ends what is open, the axis first.
func (in *installation) Close() {
	if in == nil {
		return
	}
	if in.Axis != nil {
		in.Axis.Close()
	}
	if in.DB != nil {
		in.DB.Close()
	}
}
