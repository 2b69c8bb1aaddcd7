package city

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Cities beyond the first carry invented names: lands of old maps that no province bears today (C7.1).
var cityNames = []string{"Kinh Bắc", "Sơn Nam", "Hải Đông", "Tam Đái", "Thiên Trường", "Hoài Hoan", "Thuận Hóa", "Tân Bình", "Trấn Biên"}

var sqlCityAgencies = store.SQL(`SELECT a.id, a.code FROM org_agencies a ORDER BY a.id`)

type codedAgency struct {
	ID   int64
	Code string
}

// repeatCities copies the first city with all its quarters: everything that belongs to one of its agencies, with identifiers of another maker, other codes,
// names and logins. What has no city (ministries, lists of types, nodes) stays one.
func (s *Seeder) repeatCities(ctx context.Context, w Whole, st *repeatState) error {
	if w.Cities <= 1 {
		return nil
	}
	all, err := store.All[codedAgency](ctx, s.DB, sqlCityAgencies)
	if err != nil {
		return err
	}
	root := s.hall.agencies[0].code
	m := &mover{agency: map[int64]bool{}, still: map[int64]bool{}, thin: w.Thin}
	for _, a := range all {
		m.still[a.ID] = true
		if a.Code == root || strings.HasPrefix(a.Code, root+".") {
			m.agency[a.ID] = true
			delete(m.still, a.ID)
			if m.firstID == 0 {
				m.firstID = a.ID
			}
		}
	}
	for c := 1; c < w.Cities; c++ {
		m.shifts = append(m.shifts, cityShift(c, root))
	}
	tables := repeatTables()
	for i := range tables {
		t := &tables[i]
		w.progress("Chép thành phố sang các thành phố khác", i, len(tables))
		if err := s.repeatTable(ctx, m, t, "cities", ""); err != nil {
			return err
		}
	}
	w.progress("Chép thành phố sang các thành phố khác", len(tables), len(tables))
	return nil
}

func cityShift(c int, root string) shift {
	code := fmt.Sprintf("M%02d", c+1)
	name := fmt.Sprintf("%s %d", cityNames[c%len(cityNames)], c+1)
	if c <= len(cityNames) {
		name = cityNames[c-1]
	}
	const first = "Hà Nội"
	return shift{city: c, code: code, words: strings.NewReplacer(root, code, strings.ToLower(root), strings.ToLower(code), first, name,
		strings.ToUpper(first), strings.ToUpper(name), i18n.Fold(first), i18n.Fold(name))}
}
