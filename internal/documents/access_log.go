package documents

import (
	"context"
	"slices"
	"sync"
	"time"

	"congvu/internal/calendar"
	"congvu/internal/store"
)

// What is logged of a document (V45).
const (
	AccessView     = "view"     // its page or a page of its file was opened
	AccessDownload = "download" // a file of it was saved
	AccessPrint    = "print"    // a sheet or a marked copy was made from it
	AccessMetadata = "metadata" // its describing data were taken out
)

// AccessLabel is a kind of access in Vietnamese, a key of i18n.
func AccessLabel(what string) string {
	return map[string]string{AccessView: "Xem nội dung", AccessDownload: "Tải tệp về", AccessPrint: "In, tải bản có đánh dấu", AccessMetadata: "Tải dữ liệu đặc tả"}[what]
}

const (
	viewsApart   = 10 * time.Minute // a second view of the same person within is the same view
	logEvery     = 10 * time.Second // how long a reading waits in memory; a crash loses no more (docs/decisions/0018)
	mostWaiting  = 500              // readings in memory before who reads next writes them himself
	mostUnkept   = 20 * mostWaiting // readings in memory, when they cannot be written, before a reading is refused
	mostAccesses = 200
)

// Access is one row of the log: who, in which post, read or took what, when, through which door.
type Access struct {
	ID      int64
	What    string
	File    int64 `db:"file_id"`
	Person  int64 `db:"person_id"`
	Holding int64 `db:"holding_id"`
	For     int64 `db:"for_id"`
	Who     string
	Post    string
	Via     string
	At      store.Instant `db:"at_us"`
}

// accessLog holds readings until they are written together. A reading is no act and changes nothing (N25), so it writes no journal entry of its own: the
// batch is an act of the installation with one entry.
type accessLog struct {
	mu      sync.Mutex
	waiting []readingNote
	last    map[readingKey]store.Instant // views of the last minutes, so that most repeats never reach the database
}

type readingKey struct {
	agency, person int64
	ref            string
}

type readingNote struct {
	actor store.Actor
	ref   string
	what  string
	file  int64
	at    store.Instant
}

var (
	sqlPutAccess = store.SQL(`INSERT INTO documents_accesses (agency_id, id, ref_kind, ref_id, what, file_id, person_id, holding_id, for_id, who, post, via, day, at_us)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`)
	sqlLastView = store.SQL(`SELECT CAST(count(*) AS BIGINT) FROM (SELECT 1 AS one FROM documents_accesses WHERE agency_id = $1 AND ref_kind = $2 AND ref_id = $3 AND person_id = $4 AND what = 'view' AND at_us > $5 LIMIT 1) AS found`)
	sqlPostName = store.SQL(`SELECT p.name AS who, h.title AS post FROM org_holdings h JOIN org_people p ON p.id = h.person_id WHERE h.agency_id = $1 AND h.id = $2`)
	sqlAccesses = store.SQL(`SELECT id, what, file_id, person_id, holding_id, for_id, who, post, via, at_us FROM documents_accesses
		WHERE agency_id = $1 AND ref_kind = $2 AND ref_id = $3 AND id < $4 ORDER BY id DESC LIMIT $5`)
)

// NoteAccess remembers that somebody, who was let through, reads or takes something. It costs no write; only when very many wait it writes them itself. While
// they cannot be written they wait on, up to a bound: then nobody reads any more without a trace.
func (d *Desk) NoteAccess(ctx context.Context, a store.Actor, ref, what string, file int64) error {
	if a.Person == 0 {
		return nil
	}
	now := d.DB.Now()
	d.accesses.mu.Lock()
	key := readingKey{a.Agency, a.Person, ref}
	if what == AccessView {
		if last, ok := d.accesses.last[key]; ok && now < last.Add(viewsApart) {
			d.accesses.mu.Unlock()
			return nil
		}
		if d.accesses.last == nil || len(d.accesses.last) > mostUnkept {
			d.accesses.last = map[readingKey]store.Instant{}
		}
		d.accesses.last[key] = now
	}
	d.accesses.waiting = append(d.accesses.waiting, readingNote{a, ref, what, file, now})
	waiting := len(d.accesses.waiting)
	d.accesses.mu.Unlock()
	if waiting < mostWaiting || waiting%mostWaiting != 0 && waiting < mostUnkept {
		return nil
	}
	if err := d.KeepAccesses(ctx); err != nil && waiting >= mostUnkept {
		return err
	}
	return nil
}

// KeepAccesses writes the readings that wait, one act an agency. What could not be written waits on.
func (d *Desk) KeepAccesses(ctx context.Context) error {
	d.accesses.mu.Lock()
	waiting := d.accesses.waiting
	d.accesses.waiting = nil
	d.accesses.mu.Unlock()
	for len(waiting) > 0 {
		agency := waiting[0].actor.Agency
		var batch, rest []readingNote
		for _, w := range waiting {
			if w.actor.Agency == agency {
				batch = append(batch, w)
			} else {
				rest = append(rest, w)
			}
		}
		if err := d.write(ctx, store.System(agency), func(tx *store.Tx) error { return keepReadings(ctx, tx, agency, batch) }); err != nil {
			d.accesses.mu.Lock()
			d.accesses.waiting = append(waiting, d.accesses.waiting...)
			d.accesses.mu.Unlock()
			return err
		}
		waiting = rest
	}
	return nil
}

func keepReadings(ctx context.Context, tx *store.Tx, agency int64, batch []readingNote) error {
	type named struct{ Who, Post string }
	names := map[int64]named{}
	kept := 0
	for _, w := range batch {
		kind, id := parsed(w.ref)
		if kind == "" {
			continue
		}
		if w.what == AccessView { // another process, or the time before a restart
			if n, err := store.One[int](ctx, tx, sqlLastView, agency, kind, id, w.actor.Person, w.at.Add(-viewsApart)); err != nil || n > 0 {
				if err != nil {
					return err
				}
				continue
			}
		}
		n, ok := names[w.actor.Holding]
		if !ok {
			var err error
			if n, _, err = store.Maybe[named](ctx, tx, sqlPostName, agency, w.actor.Holding); err != nil {
				return err
			}
			names[w.actor.Holding] = n
		}
		if err := tx.Put(ctx, sqlPutAccess, agency, tx.NewID(), kind, id, w.what, w.file, w.actor.Person, w.actor.Holding, w.actor.For, n.Who, n.Post, string(w.actor.Via), today(w.at), w.at); err != nil {
			return err
		}
		kept++
	}
	if kept == 0 {
		return nil
	}
	return tx.Record(store.Event{Verb: "access.logged", Agency: agency, Ref: refOf("agency", agency), Data: map[string]any{"rows": kept}})
}

// LogAccesses writes the readings every few seconds until ctx ends, and the last ones then.
func (d *Desk) LogAccesses(ctx context.Context, trouble func(error)) {
	tick := time.NewTicker(logEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		end, stop := context.WithTimeout(context.WithoutCancel(ctx), logEvery)
		if err := d.KeepAccesses(end); err != nil {
			trouble(err)
		}
		stop()
	}
}

// Accesses lists who read a document, newest first, before an id (0 = from the newest), to its owner (V28, V45): who drafted it, has it in hand, signs it or
// leads its handling, the registry, the head and the archivist.
func Accesses(ctx context.Context, r store.Reader, a store.Actor, ref string, before int64) ([]Access, error) {
	kind, id, err := ownsAccess(ctx, r, a, ref)
	if err != nil {
		return nil, err
	}
	if before == 0 {
		before = int64(forever)
	}
	return store.All[Access](ctx, r, sqlAccesses, a.Agency, kind, id, before, mostAccesses)
}

// AccessCount is how often something was done.
type AccessCount struct {
	What   string
	Count  int64 `db:"n"`
	People int64 // how many different ones
}

var sqlAccessCounts = store.SQL(`SELECT what, CAST(count(*) AS BIGINT) AS n, CAST(count(DISTINCT person_id) AS BIGINT) AS people FROM documents_accesses
	WHERE agency_id = $1 AND ref_kind = $2 AND ref_id = $3 GROUP BY what ORDER BY what`)

// AccessCounts counts the readings of a document (V35), to those who see it.
func AccessCounts(ctx context.Context, r store.Reader, a store.Actor, ref string) ([]AccessCount, error) {
	kind, id, err := ParseRef(ref)
	if err == nil {
		err = owners[kind].sees(ctx, r, a, id)
	}
	if err != nil {
		return nil, err
	}
	return store.All[AccessCount](ctx, r, sqlAccessCounts, a.Agency, kind, id)
}

// AccessDay is what was read in an agency on one day.
type AccessDay struct {
	Day       calendar.Date
	Views     int64
	Downloads int64
	Prints    int64
	Metadata  int64
	People    int64
}

// AccessPerson is what one person read in a time.
type AccessPerson struct {
	Person                             int64 `db:"person_id"`
	Who, Post                          string
	Views, Downloads, Prints, Metadata int64
	Documents                          int64
}

const accessSums = `CAST(sum(CASE WHEN what = 'view' THEN 1 ELSE 0 END) AS BIGINT) AS views, CAST(sum(CASE WHEN what = 'download' THEN 1 ELSE 0 END) AS BIGINT) AS downloads,
	CAST(sum(CASE WHEN what = 'print' THEN 1 ELSE 0 END) AS BIGINT) AS prints, CAST(sum(CASE WHEN what = 'metadata' THEN 1 ELSE 0 END) AS BIGINT) AS metadata`

var (
	sqlAccessDays = store.SQL(`SELECT day, ` + accessSums + `, CAST(count(DISTINCT person_id) AS BIGINT) AS people FROM documents_accesses
		WHERE agency_id = $1 AND day >= $2 AND day <= $3 GROUP BY day ORDER BY day DESC LIMIT 400`)
	sqlAccessPeople = store.SQL(`SELECT person_id, max(who) AS who, max(post) AS post, ` + accessSums + `, CAST(count(DISTINCT ref_kind || '/' || CAST(ref_id AS TEXT)) AS BIGINT) AS documents
		FROM documents_accesses WHERE agency_id = $1 AND day >= $2 AND day <= $3 GROUP BY person_id ORDER BY views DESC, person_id LIMIT 500`)
	sqlAccessTop = store.SQL(`SELECT ref_kind, ref_id, CAST(count(*) AS BIGINT) AS n, CAST(count(DISTINCT person_id) AS BIGINT) AS people FROM documents_accesses
		WHERE agency_id = $1 AND day >= $2 AND day <= $3 GROUP BY ref_kind, ref_id ORDER BY n DESC, ref_kind, ref_id LIMIT 50`)
)

// ReadMost is a document with its readings in a time.
type ReadMost struct {
	Kind   string `db:"ref_kind"`
	ID     int64  `db:"ref_id"`
	Count  int64  `db:"n"`
	People int64
	Title  string `db:"-"` // "" for who may not see it
}

// Ref is its name.
func (m ReadMost) Ref() string { return refOf(m.Kind, m.ID) }

// AccessFigures are the readings of an agency in a time (V36): by day, by person, and the documents read most.
type AccessFigures struct {
	From, To calendar.Date
	Days     []AccessDay
	People   []AccessPerson
	Most     []ReadMost
}

// FiguresOfAccess gives the statistics of readings of the actor's agency from a day to a day ("" = the last 30 days), to its administrator, head, registry and
// archivist. A document that the actor may not see is counted and not named.
func FiguresOfAccess(ctx context.Context, r store.Reader, a store.Actor, from, to calendar.Date) (AccessFigures, error) {
	if !a.Roles.Has(store.Head | store.AgencyAdmin | store.Clerk | store.Archivist) {
		return AccessFigures{}, store.Refuse(store.Forbidden, "Thống kê truy cập dành cho người đứng đầu, quản trị, văn thư và lưu trữ của cơ quan.")
	}
	now := today(instantOf(r))
	if !to.Valid() {
		to = now
	}
	if !from.Valid() {
		from = to.AddDays(-29)
	}
	if from.After(to) {
		return AccessFigures{}, store.RefuseField("from", "Ngày bắt đầu phải trước ngày kết thúc.")
	}
	f := AccessFigures{From: from, To: to}
	var err error
	if f.Days, err = store.All[AccessDay](ctx, r, sqlAccessDays, a.Agency, from, to); err != nil {
		return f, err
	}
	if f.People, err = store.All[AccessPerson](ctx, r, sqlAccessPeople, a.Agency, from, to); err != nil {
		return f, err
	}
	if f.Most, err = store.All[ReadMost](ctx, r, sqlAccessTop, a.Agency, from, to); err != nil {
		return f, err
	}
	for i := range f.Most {
		m := &f.Most[i]
		if o := owners[m.Kind]; o.sees != nil && o.sees(ctx, r, a, m.ID) == nil {
			if m.Title, err = titles[m.Kind](ctx, r, a.Agency, m.ID); err != nil {
				return f, err
			}
		}
	}
	return f, nil
}

// AccessFiles names the files of a document that stand in its log, by id; a file that was replaced has no name any more.
func AccessFiles(ctx context.Context, r store.Reader, a store.Actor, ref string, log []Access) (map[int64]string, error) {
	files, err := Files(ctx, r, a, ref)
	names := map[int64]string{}
	for _, f := range files {
		if slices.ContainsFunc(log, func(x Access) bool { return x.File == f.ID }) {
			names[f.ID] = f.Name
		}
	}
	return names, err
}
