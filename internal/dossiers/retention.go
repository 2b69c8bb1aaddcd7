package dossiers

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Retention is how long a dossier is kept: a code of Thông tư 05 and, for code 07, a number of years.
type Retention struct {
	Period string `db:"retention_code"`
	Years  int    `db:"retention_years"`
}

// Periods are the codes of Thông tư 05 in order; 0 years = for ever, -1 = as many as are written.
var Periods = []struct {
	Code  string
	Years int
	Label string
}{{"01", 0, "Vĩnh viễn"}, {"02", 70, "70 năm"}, {"03", 50, "50 năm"}, {"04", 30, "30 năm"}, {"05", 20, "20 năm"}, {"06", 10, "10 năm"}, {"07", -1, "Số năm khác"}}

// Permanent tells the only dossiers that the historical archive takes (D15.1).
func (p Retention) Permanent() bool { return p.Period == "01" }

// Deposited tells whether the law wants the dossier in the archive: kept 5 years or longer (NĐ 30/2020 art. 31.3c).
func (p Retention) Deposited() bool { return p.Permanent() || p.Years >= 5 }

// Text is how lists and labels write it.
func (p Retention) Text() string {
	if p.Permanent() {
		return "Vĩnh viễn"
	}
	return fmt.Sprintf("%d năm", p.Years)
}

// set fills the years that a code fixes and refuses what is no period.
func (p Retention) set() (Retention, error) {
	for _, k := range Periods {
		if k.Code != p.Period {
			continue
		}
		if k.Years >= 0 {
			p.Years = k.Years
		} else if p.Years < 1 || p.Years > 200 {
			return p, store.RefuseField("years", "Thời hạn bảo quản khác cần ghi số năm từ 1 đến 200.")
		}
		return p, nil
	}
	return p, store.RefuseField("retention", "Chọn thời hạn bảo quản trong bảng mã 01 đến 07.")
}

// ParseRetention reads what a person or a sheet says: "Vĩnh viễn", "20 năm", "05", "7 năm".
func ParseRetention(s string) (Retention, error) {
	s = i18n.Fold(i18n.CleanLine(s))
	if strings.HasPrefix(s, "vinh vien") {
		return Retention{Period: "01"}, nil
	}
	if len(s) == 2 && s[0] == '0' {
		return Retention{Period: s}.set()
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(s, "nam")))
	if err != nil || n < 1 || n > 200 {
		return Retention{}, store.RefuseField("retention", "Thời hạn bảo quản “{text}” không đọc được. Ghi “Vĩnh viễn” hoặc số năm, ví dụ “20 năm”.", "text", s)
	}
	for _, k := range Periods {
		if k.Years == n {
			return Retention{k.Code, n}, nil
		}
	}
	return Retention{"07", n}, nil
}

// Group is one line of the agency's table of periods, in one version (D15.3).
type Group struct {
	ID int64
	Retention
	Name    string
	Source  string // regulation that sets it
	Version int64
}

var (
	sqlGroups     = store.SQL(`SELECT id, name, code AS retention_code, years AS retention_years, source, version FROM dossiers_retention WHERE agency_id = $1 AND replaced_us = 0 ORDER BY name`)
	sqlGroup      = store.SQL(`SELECT id, name, code AS retention_code, years AS retention_years, source, version FROM dossiers_retention WHERE agency_id = $1 AND name = $2 AND replaced_us = 0`)
	sqlPutGroup   = store.SQL(`INSERT INTO dossiers_retention (agency_id, id, name, code, years, source, version, replaced_us, at_us, person_id) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)`)
	sqlCloseGroup = store.SQL(`UPDATE dossiers_retention SET replaced_us = $1 WHERE agency_id = $2 AND id = $3 AND replaced_us = 0`)
)

// Groups lists the table of periods in force.
func Groups(ctx context.Context, r store.Reader, a store.Actor) ([]Group, error) {
	return store.All[Group](ctx, r, sqlGroups, a.Agency)
}

// SetGroup writes a line of the table: a new one, or a new version of the one with that name. Dossiers keep the period they were given:
// closed ones are never rewritten, open ones are reset by their keepers at closing (D15.3, NĐ 30/2020 art. 29.4).
func SetGroup(ctx context.Context, tx *store.Tx, g Group) (*Group, error) {
	a := tx.Actor()
	if !KeepsLists(a) {
		return nil, errLists()
	}
	g.Name, g.Source = i18n.CleanLine(g.Name), i18n.CleanLine(g.Source)
	var p store.Problems
	if g.Name == "" {
		p.Add("name", "Cần ghi tên nhóm hồ sơ.")
	}
	if g.Source == "" {
		p.Add("source", "Cần ghi văn bản quy định thời hạn này.")
	}
	tooLong(&p, "name", g.Name, 300)
	tooLong(&p, "source", g.Source, 300)
	period, err := g.Retention.set()
	if err != nil {
		p = append(p, problemsOf(err)...)
	}
	if err := p.Err(); err != nil {
		return nil, err
	}
	was, ok, err := store.Maybe[Group](ctx, tx, sqlGroup, a.Agency, g.Name)
	if err != nil {
		return nil, err
	}
	if ok {
		if err := tx.Put(ctx, sqlCloseGroup, tx.Now(), a.Agency, was.ID); err != nil {
			return nil, err
		}
	}
	g.ID, g.Version, g.Retention = tx.NewID(), was.Version+1, period
	if err := tx.Put(ctx, sqlPutGroup, a.Agency, g.ID, g.Name, g.Period, g.Years, g.Source, g.Version, tx.Now(), a.Person); err != nil {
		return nil, err
	}
	return &g, tell(ctx, tx, a.Agency, "retention/"+strconv.FormatInt(g.ID, 10), g.Name, told{verb: "dossier.retention_set", act: "retention",
		what: store.Say("Nhóm {name}: {period} theo {source}, bản {version}.", "name", g.Name, "period", g.Text(), "source", g.Source, "version", g.Version)})
}

func problemsOf(err error) []store.Problem {
	if r, ok := err.(*store.Refusal); ok {
		return r.Problems
	}
	return []store.Problem{{Message: store.Say("Nội dung chưa hợp lệ.")}}
}

func errLists() error {
	return store.Refuse(store.Forbidden, "Chỉ văn thư hoặc người làm lưu trữ của cơ quan được lập danh mục hồ sơ.")
}
