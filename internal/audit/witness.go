package audit

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"congvu/internal/proof"
	"congvu/internal/store"
)

// Paths of the public pages of a log, below an installation's address. They hold hashes and signatures only; one asks, the other answers: no installation
// takes anything in that it did not ask for.
const (
	PathCheckpoint  = "/log/checkpoint"
	PathKeys        = "/log/keys"
	PathTile        = "/log/tile"        // ?level=&n=
	PathConsistency = "/log/consistency" // ?from=&to=
	PathCosigned    = "/log/cosigned"    // ?origin=
)

// Peer is another installation: a witness of our log, or a log that we watch.
type Peer struct {
	Name    string // of the witness's key, or the origin of the log
	Key     string
	URL     string
	Size    int64
	SeenAt  store.Instant `db:"seen_us"` // when it last answered with something new that holds; 0 = never
	Trouble string        // why it did not last time; a stable code
	AddedAt store.Instant `db:"at_us"`

	Note     string // of a watched log: its newest checkpoint that we believe
	Cosigned string // of a watched log: our signature under it
}

var (
	sqlWitnesses   = store.SQL(`SELECT name, key, url, size, seen_us, trouble, at_us, '' AS note, '' AS cosigned FROM audit_witnesses ORDER BY name`)
	sqlWatched     = store.SQL(`SELECT origin AS name, key, url, size, seen_us, trouble, at_us, note, cosigned FROM audit_watched ORDER BY origin`)
	sqlWatchedOne  = store.SQL(`SELECT origin AS name, key, url, size, seen_us, trouble, at_us, note, cosigned FROM audit_watched WHERE origin = $1`)
	sqlAddWitness  = store.SQL(`INSERT INTO audit_witnesses (name, key, url, size, seen_us, trouble, at_us) VALUES ($1, $2, $3, 0, 0, '', $4)`)
	sqlAddWatched  = store.SQL(`INSERT INTO audit_watched (origin, key, url, size, note, cosigned, seen_us, trouble, at_us) VALUES ($1, $2, $3, 0, '', '', 0, '', $4)`)
	sqlDropWitness = store.SQL(`DELETE FROM audit_witnesses WHERE name = $1`)
	sqlDropWatched = store.SQL(`DELETE FROM audit_watched WHERE origin = $1`)
	sqlHeard       = store.SQL(`UPDATE audit_witnesses SET size = $1, seen_us = $2, trouble = $3 WHERE name = $4`)
	sqlWitnessed   = store.SQL(`UPDATE audit_watched SET size = $1, note = $2, cosigned = $3, seen_us = $4, trouble = '' WHERE origin = $5 AND size <= $6`)
	sqlTroubled    = store.SQL(`UPDATE audit_watched SET trouble = $1 WHERE origin = $2`)
)

// MayKeepLog: the log is the installation's, so its system administrator says who watches whom.
func MayKeepLog(a store.Actor) bool { return a.Roles.Has(store.SystemAdmin) }

// Witnesses lists who cosigns our log.
func Witnesses(ctx context.Context, r store.Reader) ([]Peer, error) {
	return store.All[Peer](ctx, r, sqlWitnesses)
}

// Watched lists the logs that we cosign.
func Watched(ctx context.Context, r store.Reader) ([]Peer, error) {
	return store.All[Peer](ctx, r, sqlWatched)
}

// settingNeed is k of the k-of-n: so many witnesses must have signed before a checkpoint counts as witnessed.
const settingNeed = "audit.witnesses"

// Need is how many witnesses must have signed; at least 1.
func Need(ctx context.Context, r store.Reader) (int, error) {
	text, err := store.Setting(ctx, r, 0, settingNeed, "1")
	n := 1
	if _, scan := fmt.Sscan(text, &n); scan != nil || n < 1 {
		n = 1
	}
	return n, err
}

// SetNeed says how many witnesses must have signed.
func SetNeed(ctx context.Context, tx *store.Tx, n int) error {
	if !MayKeepLog(tx.Actor()) {
		return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được làm việc này.")
	}
	if n < 1 || n > 20 {
		return store.RefuseField("need", "Số bên làm chứng cần có là từ 1 đến 20.")
	}
	if err := tx.Set(ctx, 0, settingNeed, fmt.Sprint(n)); err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: "witness.required", Ref: "log", Title: fmt.Sprint(n)})
}

// AddPeer takes a witness of our log, or a log to watch, by its public key and the address of its installation. Which of the two it is, the key says.
func AddPeer(ctx context.Context, tx *store.Tx, key, address string) (proof.Key, error) {
	if !MayKeepLog(tx.Actor()) {
		return proof.Key{}, store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được làm việc này.")
	}
	k, err := proof.ParseKey(strings.TrimSpace(key))
	if err != nil {
		return k, store.Because(store.RefuseField("key", "Khóa công khai không đúng dạng. Đề nghị chép nguyên dòng khóa mà bản cài đặt kia công bố."), err)
	}
	address, ok := peerAddress(address)
	if !ok {
		return k, store.RefuseField("url", "Địa chỉ phải là https://… của bản cài đặt kia (http chỉ dùng trên cùng một máy).")
	}
	stmt, verb := sqlAddWatched, "log.watched"
	if k.Witness {
		stmt, verb = sqlAddWitness, "witness.added"
	}
	if _, err := tx.Exec(ctx, stmt, k.Name, k.String(), address, tx.Now()); err != nil {
		if store.IsDuplicate(err) {
			return k, store.Refuse(store.Conflict, "Khóa {name} đã có trong danh sách.", "name", k.Name)
		}
		return k, err
	}
	return k, tx.Record(store.Event{Verb: verb, Ref: "log", Title: k.Name, Data: map[string]any{"key": k.String(), "url": address}})
}

// DropPeer lets a witness or a watched log go, by the name of its key.
func DropPeer(ctx context.Context, tx *store.Tx, name string) error {
	if !MayKeepLog(tx.Actor()) {
		return store.Refuse(store.Forbidden, "Chỉ quản trị hệ thống được làm việc này.")
	}
	verb := "witness.removed"
	n, err := tx.Exec(ctx, sqlDropWitness, name)
	if err == nil && n == 0 {
		verb = "log.unwatched"
		n, err = tx.Exec(ctx, sqlDropWatched, name)
	}
	if err == nil && n == 0 {
		return store.Refuse(store.NotFound, "Không có khóa {name} trong danh sách.", "name", name)
	}
	if err != nil {
		return err
	}
	return tx.Record(store.Event{Verb: verb, Ref: "log", Title: name})
}

// peerAddress gives an address its one form; plain http only within one machine.
func peerAddress(s string) (string, bool) {
	u, err := url.Parse(strings.TrimSuffix(strings.TrimSpace(s), "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || len(s) > 300 {
		return "", false
	}
	ip := net.ParseIP(u.Hostname())
	loopback := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	return u.String(), u.Scheme == "https" || u.Scheme == "http" && loopback
}

// gather asks the witnesses and the watched logs from time to time.
func (l *Log) gather(ctx context.Context, trouble func(error)) {
	for ctx.Err() == nil {
		if err := errors.Join(l.Witness(ctx), l.Gather(ctx)); err != nil && ctx.Err() == nil {
			trouble(fmt.Errorf("audit witnesses: %w", err))
		}
		pause(ctx, orSeconds(l.Ask, 5))
	}
}

// Witness looks at every watched log once, and signs its newest checkpoint if the log extends what was seen before.
func (l *Log) Witness(ctx context.Context) error {
	all, err := Watched(ctx, l.DB)
	for _, p := range all {
		err = errors.Join(err, l.witnessOne(ctx, p))
	}
	return err
}

// Troubles of a peer, as codes.
const (
	troubleSilent = "silent"  // no answer
	troubleForged = "forged"  // an answer that its key has not signed
	troubleProof  = "proof"   // it does not prove that it extends what was seen
	troubleForked = "forked"  // it contradicts what it signed before
	troubleNone   = "unknown" // it does not watch us
)

func (l *Log) witnessOne(ctx context.Context, p Peer) error {
	if p.Trouble == troubleForked { // a person looks at it; nothing more is signed
		return nil
	}
	key, err := proof.ParseKey(p.Key)
	if err != nil {
		return err
	}
	note, status, err := fetch(ctx, p.URL+PathCheckpoint)
	if err != nil || status != http.StatusOK {
		return l.troubled(ctx, p, troubleSilent)
	}
	now, err := proof.OpenCheckpoint(note, key)
	if err != nil {
		return l.troubled(ctx, p, troubleForged)
	}
	found := ""
	switch {
	case p.Note == "":
	case now.Size < p.Size:
		found = "went_back"
	default:
		old, err := proof.OpenCheckpoint(p.Note, key)
		if err != nil {
			return err
		}
		if now.Size == old.Size {
			if now.Root == old.Root && p.Cosigned != "" {
				return l.troubled(ctx, p, "")
			}
			if now.Root != old.Root {
				found = "two_roots"
			}
			break
		}
		text, status, err := fetch(ctx, fmt.Sprintf("%s%s?from=%d&to=%d", p.URL, PathConsistency, old.Size, now.Size))
		if err != nil || status != http.StatusOK {
			return l.troubled(ctx, p, troubleProof)
		}
		if tlog.CheckTree(parseHashes(text), now.Size, now.Root, old.Size, old.Root) != nil {
			found = "no_proof"
		}
	}
	if found != "" {
		if err := l.forked(ctx, Fork{Origin: p.Name, First: p.Note, Second: note, Found: found}); err != nil {
			return err
		}
		return l.troubled(ctx, p, troubleForked)
	}
	secret, err := l.signer(ctx, witnessKey)
	if err != nil {
		return err
	}
	line, err := proof.Cosign(note, l.witnessName(), secret, l.DB.Now().Time())
	if err != nil {
		return err
	}
	return l.DB.Keep(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlWitnessed, now.Size, note, line, tx.Now(), p.Name, now.Size)
		return err
	})
}

func (l *Log) troubled(ctx context.Context, p Peer, code string) error {
	if p.Trouble == code {
		return nil
	}
	return l.DB.Keep(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(ctx, sqlTroubled, code, p.Name)
		return err
	})
}

// Cosigned is what we say of a watched log: its newest checkpoint that we believe, with our signature. NotFound for a log that we do not watch. When the log
// contradicted itself the older of its two checkpoints stays: its owner learns of the fork from that.
func (l *Log) Cosigned(ctx context.Context, origin string) (string, error) {
	p, ok, err := store.Maybe[Peer](ctx, l.DB, sqlWatchedOne, origin)
	if err != nil {
		return "", err
	}
	if !ok || p.Note == "" {
		return "", store.Refuse(store.NotFound, "Bản cài đặt này không làm chứng cho nhật ký {origin}.", "origin", origin)
	}
	return p.Note + p.Cosigned, nil
}

// Gather asks our witnesses what they have signed, keeps it, and sounds the alarm when one of them has seen another log under our name.
func (l *Log) Gather(ctx context.Context) error {
	all, err := Witnesses(ctx, l.DB)
	if err != nil || len(all) == 0 {
		return err
	}
	own, err := l.Key(ctx)
	if err != nil {
		return err
	}
	for _, p := range all {
		err = errors.Join(err, l.gatherOne(ctx, p, own))
	}
	return err
}

func (l *Log) gatherOne(ctx context.Context, p Peer, own proof.Key) error {
	key, err := proof.ParseKey(p.Key)
	if err != nil {
		return err
	}
	heard := func(size int64, at store.Instant, code string) error {
		if size == p.Size && code == p.Trouble {
			return nil
		}
		return l.DB.Keep(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, sqlHeard, size, at, code, p.Name)
			return err
		})
	}
	note, status, err := fetch(ctx, p.URL+PathCosigned+"?origin="+url.QueryEscape(own.Name))
	switch {
	case err != nil || status != http.StatusOK && status != http.StatusNotFound:
		return heard(p.Size, p.SeenAt, troubleSilent)
	case status == http.StatusNotFound:
		return heard(p.Size, p.SeenAt, troubleNone)
	}
	seen, err := proof.OpenCheckpoint(note, own, key)
	if err != nil || len(seen.Witnesses) != 1 {
		return heard(p.Size, p.SeenAt, troubleForged)
	}
	t := tree{ctx, l.DB}
	size, err := t.size()
	if err != nil {
		return err
	}
	same := seen.Size <= size
	if same {
		root, err := t.root(seen.Size)
		if err != nil && !errors.Is(err, errTree) {
			return err
		}
		same = err == nil && root == seen.Root
	}
	if !same {
		last, _, err := LastCheckpoint(ctx, l.DB)
		if err != nil {
			return err
		}
		if err := l.forked(ctx, Fork{Origin: own.Name, First: note, Second: last.Note, Found: "witness"}); err != nil {
			return err
		}
		return heard(p.Size, p.SeenAt, troubleForked)
	}
	if err := l.keepCosignature(ctx, seen, note, key); err != nil {
		return err
	}
	return heard(seen.Size, l.DB.Now(), "")
}

// keepCosignature puts the witness's line under our checkpoint of that size; a line of its own replaces its former one.
func (l *Log) keepCosignature(ctx context.Context, seen proof.Seen, note string, key proof.Key) error {
	_, sigs, _ := strings.Cut(note, "\n\n")
	line := ""
	for s := range strings.Lines(sigs) {
		if strings.HasPrefix(s, "— "+key.Name+" ") {
			line = s
		}
	}
	return l.DB.Keep(ctx, func(tx *store.Tx) error {
		c, ok, err := store.Maybe[Checkpoint](ctx, tx, sqlCheckpointAt, seen.Size)
		if err != nil || !ok || strings.Contains(c.Cosigned, line) {
			return err
		}
		kept := ""
		for s := range strings.Lines(c.Cosigned) {
			if !strings.HasPrefix(s, "— "+key.Name+" ") {
				kept += s
			}
		}
		_, err = tx.Exec(ctx, sqlCosign, kept+line, seen.Size)
		return err
	})
}

// FormatHashes writes a proof one hash a line.
func FormatHashes(all []proof.Hash) string {
	var b strings.Builder
	for _, h := range all {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	return b.String()
}

// parseHashes reads a proof; what is no hash makes it one that proves nothing.
func parseHashes(text string) (out []proof.Hash) {
	for line := range strings.Lines(text) {
		h, err := tlog.ParseHash(strings.TrimSuffix(line, "\n"))
		if err != nil || len(out) >= 64 {
			return nil
		}
		out = append(out, h)
	}
	return out
}

// mostAnswer bounds what a peer may say, in bytes.
const mostAnswer = 64 << 10

var asking = &http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func fetch(ctx context.Context, address string) (string, int, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", 0, err
	}
	a, err := asking.Do(q)
	if err != nil {
		return "", 0, err
	}
	defer a.Body.Close()
	b, err := io.ReadAll(io.LimitReader(a.Body, mostAnswer+1))
	if err == nil && len(b) > mostAnswer {
		err = errors.New("audit: the answer is too long")
	}
	return string(b), a.StatusCode, err
}

// KnownKeys are the keys that this installation vouches for: its own, those of its witnesses, and those of the logs that it watches.
func (l *Log) KnownKeys(ctx context.Context) (logs, witnesses []proof.Key, err error) {
	own, err := l.Key(ctx)
	if err != nil {
		return nil, nil, err
	}
	logs = append(logs, own)
	for era := range 10 { // a log that went on under a new name has the same key
		former := own
		if former.Name = "congvu/" + l.Node; era > 0 {
			former.Name += fmt.Sprintf("/%d", era)
		}
		logs = append(logs, former)
	}
	watched, err := Watched(ctx, l.DB)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range watched {
		if k, err := proof.ParseKey(p.Key); err == nil {
			logs = append(logs, k)
		}
	}
	witnesses, err = witnessKeys(ctx, l.DB)
	return logs, witnesses, err
}
