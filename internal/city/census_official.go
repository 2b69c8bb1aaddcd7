package city

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Place is a ward, a commune or a town by its official name.
type Place struct{ Kind, Name string } // "phường" "Trúc Bạch"

// PlaceNames are official names from an operator's own table: the wards and communes of each district as they were, and those since 01/07/2025.
type PlaceNames struct {
	Old map[string][]Place // by the district's name without marks: "quan ba dinh"
	New []Place
}

const mostPlaces = 20_000

// ReadPlaces reads the table of wards and communes before and after 01/07/2025 as CSV with a head: old_code, old_name, old_district_name, new_code and
// new_name are used, in any order; a unit that was split stands in several rows.
func ReadPlaces(r io.Reader) (*PlaceNames, error) {
	table := csv.NewReader(r)
	table.FieldsPerRecord = -1
	head, err := table.Read()
	if err != nil {
		return nil, badPlaces(1, err)
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.TrimPrefix(strings.TrimSpace(name), "\ufeff")] = i
	}
	columns := []string{"old_code", "old_name", "old_district_name", "new_code", "new_name"}
	for _, c := range columns {
		if _, ok := at[c]; !ok {
			return nil, store.RefuseField("names", "Bảng tên xã, phường thiếu cột {column}. Chưa tạo gì.", "column", c)
		}
	}
	names := &PlaceNames{Old: map[string][]Place{}}
	old, latest := map[string]bool{}, map[string]bool{}
	for row := 2; ; row++ {
		fields, err := table.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, badPlaces(row, err)
		}
		get := func(column string) string {
			if i := at[column]; i < len(fields) {
				return i18n.CleanLine(fields[i])
			}
			return ""
		}
		before, ok := placeOf(get("old_name"))
		after, known := placeOf(get("new_name"))
		if !ok || !known || get("old_district_name") == "" || row > mostPlaces {
			return nil, badPlaces(row, nil)
		}
		if code := get("old_code"); !old[code] {
			old[code] = true
			district := i18n.Fold(get("old_district_name"))
			names.Old[district] = append(names.Old[district], before)
		}
		if code := get("new_code"); !latest[code] {
			latest[code] = true
			names.New = append(names.New, after)
		}
	}
	return names, nil
}

func badPlaces(row int, err error) error {
	return store.Because(store.RefuseField("names", "Không đọc được dòng {row} của bảng tên xã, phường. Chưa tạo gì.", "row", row), fmt.Errorf("names, row %d: %w", row, err))
}

// placeOf parts the kind of a place from its name.
func placeOf(s string) (Place, bool) {
	for _, kind := range []string{"phường", "xã", "thị trấn"} {
		n := len([]rune(kind))
		if letters := []rune(s); len(letters) > n+1 && strings.EqualFold(string(letters[:n]), kind) && letters[n] == ' ' {
			return Place{kind, string(letters[n+1:])}, true
		}
	}
	return Place{}, false
}
