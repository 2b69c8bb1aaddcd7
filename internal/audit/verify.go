package audit

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"congvu/internal/proof"
	"congvu/internal/store"
)

// Finding is one thing that does not hold: a stable kind, and what it is about.
type Finding struct {
	Kind  string // see the constants below
	Entry int64  // the line of the journal; 0 = none
	Ref   string
	Index int64 // in the log; -1 = none
	Text  store.Message
}

// The kinds of findings.
const (
	FoundChanged    = "changed"    // a line of the journal is not what was sealed
	FoundDeleted    = "deleted"    // a sealed line is gone
	FoundInserted   = "inserted"   // a line stands before the last sealed one and was never sealed
	FoundBackdated  = "backdated"  // a line says an earlier time than its place in the log allows
	FoundReordered  = "reordered"  // a line's place among the commits was changed
	FoundRows       = "rows"       // rows of a document were changed and the journal says nothing of it
	FoundWords      = "words"      // words were taken out and no recall says so, or the salt is gone
	FoundLog        = "log"        // the log's own tables were changed
	FoundCheckpoint = "checkpoint" // the log is not the one that was signed
	FoundOld        = "old"        // the log is shorter than a checkpoint that was signed
)

// Verification is what Verify found.
type Verification struct {
	Leaves, Entries, Documents int64
	Unsealed                   int64 // lines that the follower has not read yet
	Checkpoints                int64
	Root                       proof.Hash
	Last                       proof.Checkpoint // the newest whose signature holds
	Findings                   []Finding
	More                       int64 // findings beyond mostFindings
	Took                       time.Duration
}

const mostFindings = 1000

// backdating is how much earlier than lines before it a line may say it happened: an act that took long commits late.
const backdating = store.Instant(3600 * 1e6)

// leafRow is a leaf beside its line.
type leafRow struct {
	Idx      int64
	Kind     string
	EntryID  int64
	Turn     int
	Leaf     []byte
	Words    []byte
	Salt     []byte
	ID       int64
	Xid      int64
	At       store.Instant
	Verb     string
	AgencyID int64
	Ref      string
	Title    string
	PersonID int64
	Holding  int64
	ForID    int64
	Via      store.Via
	Request  string
	Data     store.JSON
}

func (r leafRow) entry() store.Entry {
	return store.Entry{ID: r.ID, Xid: r.Xid, At: r.At, Verb: r.Verb, AgencyID: r.AgencyID, Ref: r.Ref, Title: r.Title, PersonID: r.PersonID, Holding: r.Holding,
		ForID: r.ForID, Via: r.Via, Request: r.Request, Data: r.Data}
}

var (
	sqlLeaves = store.SQL(`SELECT l.idx, l.kind, l.entry_id, l.turn, l.leaf, l.words, l.salt, COALESCE(j.id, 0) AS id, COALESCE(j.xid, 0) AS xid, COALESCE(j.at_us, 0) AS at,
			COALESCE(j.verb, '') AS verb, COALESCE(j.agency_id, 0) AS agency_id, COALESCE(j.ref, '') AS ref, COALESCE(j.title, '') AS title, COALESCE(j.person_id, 0) AS person_id,
			COALESCE(j.holding, 0) AS holding, COALESCE(j.for_id, 0) AS for_id, COALESCE(j.via, '') AS via, COALESCE(j.request, '') AS request, COALESCE(j.data, 'null') AS data
		FROM audit_leaves l LEFT JOIN store_journal j ON j.id = l.entry_id WHERE l.idx >= $1 ORDER BY l.idx LIMIT $2`)
	sqlNotSealed = store.SQL(`SELECT j.id, j.xid, j.at_us AS at, j.verb, j.agency_id, j.ref, j.title, j.person_id, j.holding, j.for_id, j.via, j.request, j.data
		FROM store_journal j WHERE NOT EXISTS (SELECT 1 FROM audit_leaves l WHERE l.entry_id = j.id AND l.kind = 'entry' AND l.turn = 0) ORDER BY j.id`)
	sqlCheckpoints = store.SQL(`SELECT size, note, cosigned FROM audit_checkpoints ORDER BY size`)
	sqlNodes       = store.SQL(`SELECT level, n, hash FROM audit_nodes ORDER BY level, n`)
	sqlRowsAll     = store.SQL(`SELECT agency_id, ref, idx FROM audit_rows ORDER BY agency_id, ref`)
	sqlCursor      = store.SQL(`SELECT xid, id FROM store_cursors WHERE follower = $1`)
)

type cursor struct{ Xid, ID int64 }

// Verify recomputes the whole log from the journal and from the rows that rooms keep, and compares it with the leaves, with every signed checkpoint of the
// database, and with the checkpoints given besides (kept outside, handed out by a witness, printed on paper). It reads only, and judges the log as it was when it
// began: the installation may go on working.
func (l *Log) Verify(ctx context.Context, besides ...string) (*Verification, error) {
	begun := time.Now()
	v := &verifying{log: l, out: &Verification{}, forgotten: map[string]bool{}, pending: map[string]bool{}, bare: map[int64]int64{}, rows: map[string]lastRows{}}
	key, err := l.Key(ctx)
	if err != nil {
		return nil, err
	}
	v.key = key
	for _, step := range []func(context.Context) error{v.checkpoints, func(ctx context.Context) error { return v.besides(ctx, besides) }, v.waiting, v.leaves, v.nodes, v.documents} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	v.out.Took = time.Since(begun)
	return v.out, nil
}

type lastRows struct {
	entry, idx  int64
	words, salt []byte
}

type verifying struct {
	log  *Log
	key  proof.Key
	out  *Verification
	sums ledger

	size      int64           // of the log when the walk began
	at        cursor          // the follower's
	forgotten map[string]bool // things whose words a sealed act took out
	pending   map[string]bool // things of lines that are not sealed yet
	bare      map[int64]int64 // lines without a salt whose next turn has not been seen → their place
	rows      map[string]lastRows
	signed    map[int64][]signedRoot
	latest    store.Instant
	commits   int64
}

// signedRoot is what a checkpoint says of a size.
type signedRoot struct {
	root proof.Hash
	from string
}

func (v *verifying) find(kind string, entry int64, ref string, index int64, text store.Message) {
	if len(v.out.Findings) >= mostFindings {
		v.out.More++
		return
	}
	v.out.Findings = append(v.out.Findings, Finding{kind, entry, ref, index, text})
}

func about(agency int64, ref string) string { return fmt.Sprintf("%d %s", agency, ref) }

// waiting looks for lines without a leaf: those behind the follower's place were put in afterwards.
func (v *verifying) waiting(ctx context.Context) (err error) {
	if v.at, _, err = store.Maybe[cursor](ctx, v.log.DB, sqlCursor, Follower); err != nil {
		return err
	}
	for e, err := range store.Each[store.Entry](ctx, v.log.DB, sqlNotSealed) {
		if err != nil {
			return err
		}
		if e.Xid < v.at.Xid || e.Xid == v.at.Xid && e.ID <= v.at.ID {
			v.find(FoundInserted, e.ID, e.Ref, -1, store.Say("Dòng nhật ký {id} ({verb}, {ref}) được chèn vào sau: nó đứng trước chỗ đã niêm phong mà chưa từng được niêm phong.", "id", fmt.Sprint(e.ID), "verb", e.Verb, "ref", e.Ref))
			continue
		}
		v.out.Unsealed++
		v.pending[about(e.AgencyID, e.Ref)] = true
		if _, forgets, _ := proof.Told(string(e.Data)); forgets {
			v.pending[forgetMark(e.AgencyID, e.Ref)] = true
		}
	}
	return nil
}

// checkpoints reads what was signed. Those of a former name of the log are of the same tree, up to where it was resumed.
func (v *verifying) checkpoints(ctx context.Context) error {
	all, err := store.All[Checkpoint](ctx, v.log.DB, sqlCheckpoints)
	if err != nil {
		return err
	}
	witnesses, err := witnessKeys(ctx, v.log.DB)
	if err != nil {
		return err
	}
	v.signed = map[int64][]signedRoot{}
	for _, c := range all {
		v.out.Checkpoints++
		key := v.key
		if p, err := proof.Peek(c.Note); err == nil && v.log.former(p.Origin) {
			key.Name = p.Origin
		}
		seen, err := proof.OpenCheckpoint(c.Signed(), key, witnesses...)
		if err != nil || seen.Size != c.Size || len(seen.Witnesses) != strings.Count(c.Cosigned, "\n") && v.knowsAll(c.Cosigned, witnesses) {
			v.find(FoundCheckpoint, 0, "", c.Size, store.Say("Điểm kiểm tra của {size} lá không mang chữ ký hợp lệ của khóa nhật ký.", "size", c.Size))
			continue
		}
		v.signed[seen.Size] = append(v.signed[seen.Size], signedRoot{seen.Root, ""})
		v.out.Last = seen.Checkpoint
	}
	return nil
}

// knowsAll tells whether every cosignature is of a witness still on the list: one of another cannot be judged.
func (v *verifying) knowsAll(cosigned string, witnesses []proof.Key) bool {
	for line := range strings.Lines(cosigned) {
		known := false
		for _, w := range witnesses {
			known = known || strings.HasPrefix(line, "— "+w.Name+" ")
		}
		if !known && strings.HasPrefix(line, "— congvu/") {
			return false
		}
	}
	return true
}

func (l *Log) former(origin string) bool {
	rest, ok := strings.CutPrefix(origin, "congvu/"+l.Node)
	return ok && (rest == "" || strings.HasPrefix(rest, "/"))
}

func witnessKeys(ctx context.Context, r store.Reader) (out []proof.Key, err error) {
	all, err := Witnesses(ctx, r)
	for _, p := range all {
		k, bad := proof.ParseKey(p.Key)
		if bad == nil {
			out = append(out, k)
		}
	}
	return out, err
}

// besides takes the checkpoints that come from outside of the database.
func (v *verifying) besides(ctx context.Context, notes []string) error {
	anchored, err := v.log.anchored()
	if err != nil {
		return err
	}
	size, err := tree{ctx, v.log.DB}.size() // after everything that was signed was read
	if err != nil {
		return err
	}
	v.size = size
	for i, note := range append([]string{anchored}, notes...) {
		if note == "" {
			continue
		}
		from := "anchor"
		if i > 0 {
			from = fmt.Sprint("besides ", i)
		}
		if p, err := proof.Peek(note); err == nil && p.Origin != v.key.Name && v.log.former(p.Origin) {
			continue // the log went on under another name; Resume has recorded it
		}
		seen, err := proof.OpenCheckpoint(note, v.key)
		if err != nil {
			v.find(FoundCheckpoint, 0, "", -1, store.Say("Điểm kiểm tra giữ bên ngoài cơ sở dữ liệu không phải của nhật ký này hoặc đã bị sửa."))
			continue
		}
		if seen.Size > size {
			v.find(FoundOld, 0, "", size, store.Say("Cơ sở dữ liệu là bản cũ: nhật ký có {size} lá, nhưng khóa của nó đã ký điểm kiểm tra {signed} lá lúc {at}.",
				"size", size, "signed", seen.Size, "at", time.Unix(seen.At, 0)))
			continue
		}
		v.signed[seen.Size] = append(v.signed[seen.Size], signedRoot{seen.Root, from})
	}
	return nil
}

const verifyBatch = 5000

// leaves walks the log from its first leaf, and recomputes each from the line it stands for.
func (v *verifying) leaves(ctx context.Context) error {
	next := int64(0)
	for {
		page, err := store.All[leafRow](ctx, v.log.DB, sqlLeaves, next, min(verifyBatch, v.size-next))
		if err != nil {
			return err
		}
		for _, r := range page {
			if r.Idx != next {
				v.find(FoundLog, 0, "", next, store.Say("Lá {index} của nhật ký niêm phong bị mất.", "index", next))
				next = r.Idx
			}
			next++
			if err := v.leaf(ctx, r); err != nil {
				return err
			}
			v.grow(r)
		}
		if len(page) == 0 || next >= v.size {
			break
		}
	}
	v.out.Leaves = next
	for size := range v.signed {
		if size > next {
			v.find(FoundOld, 0, "", next, store.Say("Phần cuối của nhật ký niêm phong bị xóa: còn {size} lá, điểm kiểm tra đã ký {signed} lá.", "size", next, "signed", size))
		}
	}
	for entry, idx := range v.bare {
		v.find(FoundWords, entry, "", idx, store.Say("Lời của dòng nhật ký {id} không còn đối chiếu được mà không có việc thu hồi nào giải thích.", "id", fmt.Sprint(entry)))
	}
	v.out.Root = v.sums.root()
	return nil
}

func (v *verifying) grow(r leafRow) {
	var h proof.Hash
	copy(h[:], r.Leaf)
	v.sums.add(h)
	for _, s := range v.signed[v.sums.size] {
		if root := v.sums.root(); root != s.root {
			v.find(FoundCheckpoint, 0, "", v.sums.size, store.Say("Nhật ký niêm phong không khớp điểm kiểm tra đã ký ở {size} lá: lá nào đó trước đó đã bị thay.", "size", v.sums.size))
		}
	}
}

// leaf judges one leaf with its line.
func (v *verifying) leaf(ctx context.Context, r leafRow) error {
	if r.ID == 0 {
		v.find(FoundDeleted, r.EntryID, "", r.Idx, store.Say("Dòng nhật ký {id} đã niêm phong ở lá {index} bị xóa.", "id", fmt.Sprint(r.EntryID), "index", r.Idx))
		return nil
	}
	var words proof.Hash
	copy(words[:], r.Words)
	if r.Kind == kindRows {
		if leaf := proof.RowsLeaf(r.AgencyID, r.Ref, r.ID, words); !bytes.Equal(leaf[:], r.Leaf) {
			v.changed(r)
		}
		v.rows[about(r.AgencyID, r.Ref)] = lastRows{r.ID, r.Idx, r.Words, r.Salt}
		return nil
	}
	e := r.entry()
	notify, forgets, said := proof.Told(string(e.Data))
	line := plain(e, r.Turn, notify, forgets)
	line.Words = words
	whole := line.Leaf()
	good := bytes.Equal(whole[:], r.Leaf)
	delete(v.bare, r.EntryID)
	if len(r.Salt) > 0 {
		now := proof.Commit(r.Salt, e.Title, said)
		if good && !bytes.Equal(now[:], r.Words) && !v.pending[forgetMark(r.AgencyID, r.Ref)] {
			meanwhile, err := v.meanwhile(ctx, r.AgencyID, r.Ref, true)
			if err != nil {
				return err
			}
			good = meanwhile
		}
	} else {
		v.bare[r.EntryID] = r.Idx
	}
	if r.Turn == 0 {
		v.out.Entries++
		v.order(r)
	} else if !v.forgotten[about(r.AgencyID, r.Ref)] {
		v.find(FoundWords, r.ID, r.Ref, r.Idx, store.Say("Lời của dòng nhật ký {id} ({ref}) bị thay mà không có việc thu hồi nào trong nhật ký.", "id", fmt.Sprint(r.ID), "ref", r.Ref))
	}
	if !good {
		v.changed(r)
	}
	if forgets && good {
		v.forgotten[about(r.AgencyID, r.Ref)] = true
	}
	return nil
}

var sqlSince = store.SQL(`SELECT j.data FROM store_journal j WHERE j.ref = $1 AND j.agency_id = $2
	AND NOT EXISTS (SELECT 1 FROM audit_leaves l WHERE l.entry_id = j.id AND l.kind = 'entry' AND l.turn = 0 AND l.idx < $3)`)

// meanwhile tells whether something happened to a thing since the walk began, a recall if one is asked for.
func (v *verifying) meanwhile(ctx context.Context, agency int64, ref string, recall bool) (bool, error) {
	for data, err := range store.Each[store.JSON](ctx, v.log.DB, sqlSince, ref, agency, v.size) {
		if err != nil {
			return false, err
		}
		if _, forgets, _ := proof.Told(string(data)); forgets || !recall {
			return true, nil
		}
	}
	return false, nil
}

// forgetMark marks a thing whose words an act that is not sealed yet has taken out: its lines may differ from what was sealed until then.
func forgetMark(agency int64, ref string) string { return "forgets " + about(agency, ref) }

func (v *verifying) changed(r leafRow) {
	v.find(FoundChanged, r.ID, r.Ref, r.Idx, store.Say("Dòng nhật ký {id} ({verb}, {ref}) bị sửa sau khi niêm phong ở lá {index}.", "id", fmt.Sprint(r.ID), "verb", r.Verb, "ref", r.Ref, "index", r.Idx))
}

// order looks at the place of a line: commits come in order, and time does not run back by more than a long act takes.
func (v *verifying) order(r leafRow) {
	if r.Xid < v.commits || r.Xid > v.at.Xid {
		v.find(FoundReordered, r.ID, r.Ref, r.Idx, store.Say("Dòng nhật ký {id} ({ref}) bị đổi thứ tự giao dịch.", "id", fmt.Sprint(r.ID), "ref", r.Ref))
	} else {
		v.commits = r.Xid
	}
	if r.At+backdating < v.latest {
		v.find(FoundBackdated, r.ID, r.Ref, r.Idx, store.Say("Dòng nhật ký {id} ({verb}, {ref}) ghi lúc {at}, sớm hơn nhiều so với các dòng đứng trước nó: dòng được thêm về sau với ngày lùi.",
			"id", fmt.Sprint(r.ID), "verb", r.Verb, "ref", r.Ref, "at", r.At.Time()))
	}
	v.latest = max(v.latest, r.At)
}

type node struct {
	Level, N int64
	Hash     []byte
}

// nodes compares the kept inner hashes with what they are made of.
func (v *verifying) nodes(ctx context.Context) error {
	all, err := store.All[node](ctx, v.log.DB, sqlNodes)
	if err != nil {
		return err
	}
	t, have := tree{ctx, v.log.DB}, map[[2]int64]bool{}
	for _, n := range all {
		have[[2]int64{n.Level, n.N}] = true
		var h proof.Hash
		err := errTree
		if n.Level >= tileHeight && n.Level%tileHeight == 0 && n.Level < 63 && n.N >= 0 {
			h, err = t.fold(int(n.Level)-tileHeight, n.N*tileWidth, tileWidth)
		}
		if err != nil || !bytes.Equal(h[:], n.Hash) {
			v.find(FoundLog, 0, "", n.N<<min(n.Level, 40), store.Say("Nút {n} ở tầng {level} của nhật ký niêm phong bị sửa.", "n", n.N, "level", n.Level))
		}
	}
	for level := int64(tileHeight); v.out.Leaves>>level > 0; level += tileHeight {
		for n := range v.out.Leaves >> level {
			if !have[[2]int64{level, n}] {
				v.find(FoundLog, 0, "", n<<level, store.Say("Nút {n} ở tầng {level} của nhật ký niêm phong bị mất.", "n", n, "level", level))
			}
		}
	}
	return nil
}

type rowsAt struct {
	AgencyID int64
	Ref      string
	Idx      int64
}

// documents compares the evidential rows as they are with those that were sealed last.
func (v *verifying) documents(ctx context.Context) error {
	if v.log.Rows == nil {
		return nil
	}
	all, err := store.All[rowsAt](ctx, v.log.DB, sqlRowsAll)
	if err != nil {
		return err
	}
	for _, at := range all {
		v.out.Documents++
		last, ok := v.rows[about(at.AgencyID, at.Ref)]
		delete(v.rows, about(at.AgencyID, at.Ref))
		if at.Idx >= v.size {
			continue
		}
		if !ok || last.idx != at.Idx {
			v.find(FoundLog, 0, at.Ref, at.Idx, store.Say("Chỗ niêm phong của {ref} trong bảng audit_rows bị sửa.", "ref", at.Ref))
			continue
		}
		if v.pending[about(at.AgencyID, at.Ref)] {
			continue
		}
		text, ok, err := v.log.Rows(ctx, v.log.DB, at.AgencyID, at.Ref)
		if err != nil {
			return err
		}
		if now := proof.Commit(last.salt, proof.RowsTitle, text); !ok || !bytes.Equal(now[:], last.words) {
			if meanwhile, err := v.meanwhile(ctx, at.AgencyID, at.Ref, false); err != nil || meanwhile {
				if err != nil {
					return err
				}
				continue
			}
			v.find(FoundRows, last.entry, at.Ref, last.idx, store.Say("Dữ liệu của văn bản {ref} (số, ngày, tệp, nơi nhận hoặc phản hồi) bị sửa mà nhật ký không ghi việc nào.", "ref", at.Ref))
		}
	}
	for ref, last := range v.rows {
		v.find(FoundLog, last.entry, ref, last.idx, store.Say("Chỗ niêm phong của {ref} trong bảng audit_rows bị sửa.", "ref", ref))
	}
	return nil
}

// ledger computes roots of a growing tree with one hash for each full subtree.
type ledger struct {
	size int64
	full []proof.Hash // of full subtrees, the largest first
}

func (g *ledger) add(h proof.Hash) {
	for n := g.size; n&1 == 1; n >>= 1 {
		h = tlog.NodeHash(g.full[len(g.full)-1], h)
		g.full = g.full[:len(g.full)-1]
	}
	g.full = append(g.full, h)
	g.size++
}

func (g *ledger) root() (h proof.Hash) {
	if len(g.full) == 0 {
		return h
	}
	h = g.full[len(g.full)-1]
	for i := len(g.full) - 2; i >= 0; i-- {
		h = tlog.NodeHash(g.full[i], h)
	}
	return h
}
