package org

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"congvu/internal/i18n"
	"congvu/internal/store"
)

// Bounds of a list in a file.
const (
	MostListBytes = 200 << 20
	mostListed    = 1_000_000
)

// ReadList reads a list that was fetched elsewhere: the JSON of the exchange's own calls ({"data": […]} or […]) or a CSV table with the same names in
// its first row (X17 getAgenciesList, getAgenciesListQD20, getSynchronizeUnit).
func ReadList(r io.Reader) ([]Listed, error) {
	in := bufio.NewReaderSize(io.LimitReader(r, MostListBytes+1), 1<<20)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	for {
		b, err := in.Peek(1)
		if err != nil {
			return nil, store.Refuse(store.Invalid, "Tệp danh mục trống.")
		}
		if b[0] != ' ' && b[0] != '\n' && b[0] != '\r' && b[0] != '\t' {
			if b[0] == '{' || b[0] == '[' {
				return readListJSON(in)
			}
			return readListCSV(in)
		}
		_, _ = in.Discard(1)
	}
}

var (
	errListJSON = store.Refuse(store.Invalid, "Tệp danh mục không phải JSON đúng khuôn dạng: cần một danh sách, hoặc một đối tượng có danh sách data.")
	errListMany = store.Refuse(store.Invalid, "Danh mục có quá 1.000.000 mục.")
)

func readListJSON(in io.Reader) ([]Listed, error) {
	d := json.NewDecoder(in)
	for depth := 0; ; {
		token, err := d.Token()
		if err != nil {
			return nil, store.Because(errListJSON, err)
		}
		switch token {
		case json.Delim('['):
			return readUnits(d)
		case json.Delim('{'):
			if depth++; depth > 1 {
				return nil, errListJSON
			}
		case json.Delim('}'):
			return nil, errListJSON
		case "data", "Data", "units":
			if token, err = d.Token(); err != nil || token != json.Delim('[') {
				return nil, store.Because(errListJSON, err)
			}
			return readUnits(d)
		default: // a name beside it, with its value
			var skip json.RawMessage
			if err := d.Decode(&skip); err != nil {
				return nil, store.Because(errListJSON, err)
			}
		}
	}
}

func readUnits(d *json.Decoder) ([]Listed, error) {
	var out []Listed
	for d.More() {
		var row map[string]loose
		if err := d.Decode(&row); err != nil {
			return nil, store.Because(errListJSON, err)
		}
		get := make(map[string]string, len(row))
		for k, v := range row {
			get[strings.ToLower(k)] = string(v)
		}
		if out = append(out, unitOf(get)); len(out) > mostListed {
			return nil, errListMany
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, store.Because(errListJSON, err)
	}
	return out, nil
}

// loose takes a text, a number, true, false or null: lists write the same thing in all these ways.
type loose string

func (l *loose) UnmarshalJSON(b []byte) error {
	switch {
	case len(b) > 0 && b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		*l = loose(s)
		return err
	case string(b) == "null":
		*l = ""
	case len(b) > 0 && (b[0] == '{' || b[0] == '['):
		return errListJSON
	default:
		*l = loose(b)
	}
	return nil
}

func readListCSV(in *bufio.Reader) ([]Listed, error) {
	first, _ := in.Peek(4096)
	c := csv.NewReader(in)
	line, _, _ := bytes.Cut(first, []byte("\n"))
	if c.Comma = ','; bytes.Count(line, []byte(";")) > bytes.Count(line, []byte(",")) {
		c.Comma = ';'
	}
	c.FieldsPerRecord, c.ReuseRecord = -1, true
	head, err := c.Read()
	if err != nil {
		return nil, store.Because(store.Refuse(store.Invalid, "Không đọc được bảng danh mục ở dòng {row}.", "row", 1), err)
	}
	columns := make([]string, len(head))
	for i, name := range head {
		columns[i] = listColumns[i18n.Fold(name)]
		if columns[i] == "" {
			columns[i] = strings.ToLower(strings.TrimSpace(name))
		}
	}
	var out []Listed
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, store.Because(store.Refuse(store.Invalid, "Không đọc được bảng danh mục ở dòng {row}.", "row", len(out)+2), err)
		}
		get := map[string]string{}
		for i, v := range row {
			if i < len(columns) {
				get[columns[i]] = v
			}
		}
		if len(out) == 0 && get["code"] == "" && get["name"] == "" {
			return nil, store.Refuse(store.Invalid, "Bảng danh mục cần có cột code (Mã định danh) và name (Tên cơ quan).")
		}
		if out = append(out, unitOf(get)); len(out) > mostListed {
			return nil, errListMany
		}
	}
}

// listColumns are the names of columns as people write them.
var listColumns = map[string]string{"ma dinh danh": "code", "ma co quan": "code", "ten co quan": "name", "ten don vi": "name", "ma cu": "oldcode", "ma qcvn 102": "code102", "ma 102": "code102",
	"ma cap tren": "pid", "id cap tren": "pid", "thu dien tu": "mail", "email": "mail", "phien ban": "version"}

func unitOf(get map[string]string) Listed {
	pick := func(names ...string) string {
		for _, n := range names {
			if v := get[n]; v != "" {
				return v
			}
		}
		return ""
	}
	yes := func(v string) bool {
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "1", "true", "yes", "co", "có", "x":
			return true
		}
		return false
	}
	u := Listed{ID: pick("id"), ParentID: pick("pid", "parentid", "parent_id"), Code: pick("code", "organid"), Code102: pick("code102", "code_102"), OldCode: pick("oldcode", "old_code"),
		Name: pick("name", "organname"), Mail: pick("mail", "email"), Version: pick("version"), CenterCode: pick("centercode", "center_code"),
		IsAgency: yes(pick("isagency", "is_agency")), Deleted: yes(pick("deleted", "isdeleted"))}
	u.ModifiedAt = int64(momentOf(pick("modifydate", "modify_date", "modified")))
	return u
}

// momentOf reads the ways in which lists write a time; 0 = none, or none that is known.
func momentOf(s string) store.Instant {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0
	}
	if strings.Trim(s, "0123456789") == "" && len(s) >= 10 && len(s) <= 16 { // seconds, milliseconds or microseconds since 1970
		var n int64
		for _, c := range s {
			n = n*10 + int64(c-'0')
		}
		for ; len(s) < 16; s += "000" {
			n *= 1000
		}
		return store.Instant(n)
	}
	hanoi := time.FixedZone("", 7*3600)
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02", "02/01/2006 15:04:05", "02/01/2006", "2006/01/02"} {
		if t, err := time.ParseInLocation(form, s, hanoi); err == nil {
			return store.InstantOf(t)
		}
	}
	return 0
}
