package documents

import (
	"strings"
	"unicode"
)

// capacityPrefixes begin a line of box 7a (D6).
var capacityPrefixes = []string{"TM.", "Q.", "KT.", "TL.", "TUQ.", "TM ", "KT ", "TL ", "TUQ "}

// signature reads boxes 7 and 9b on the last page that has "Nơi nhận".
func (r *pageReader) signature() {
	at := -1
	for i, l := range r.all {
		if strings.HasPrefix(l.fold, "noi nhan") && l.Box.Left < r.width*0.4 && !strings.Contains(l.fold, "noi nhan ho so") {
			at = i
		}
	}
	if at < 0 {
		return
	}
	anchor := r.all[at]
	var left, right []printed
	for _, l := range r.all {
		switch {
		case l.page != anchor.page:
		case l.Box.Left >= r.width*0.42 && l.Box.Bottom > anchor.Box.Top-60:
			right = append(right, l)
		case l.Box.Left < r.width*0.42 && l.Box.Top > anchor.Box.Bottom-3:
			left = append(left, l)
		}
	}
	r.receivers(left)
	r.signer(right)
}

// receivers reads the lines of box 9b until the line of the kept copies.
func (r *pageReader) receivers(left []printed) {
	var names []string
	var used []printed
	dash := true
	for _, l := range left {
		text := strings.TrimSpace(l.Text)
		if text == "-" || text == "–" {
			dash = true
			continue
		}
		item := strings.HasPrefix(text, "-") || strings.HasPrefix(text, "–") || dash
		dash = false
		text = strings.TrimSpace(strings.TrimLeft(text, "-–• "))
		if strings.HasPrefix(l.fold, "- luu") || strings.HasPrefix(l.fold, "luu") || len(names) > 100 {
			break
		}
		if item || len(names) == 0 {
			names = append(names, text)
		} else {
			names[len(names)-1] += " " + text
		}
		used = append(used, l)
	}
	for i := range names {
		names[i] = strings.TrimRight(names[i], ";., ")
	}
	if len(names) > 0 {
		r.keep(ReadReceiver, strings.Join(names, "\n"), 0.85, used)
	}
}

// signer reads box 7: capacity and position in capitals, the name below them.
func (r *pageReader) signer(right []printed) {
	name := -1
	for i, l := range right {
		if isPersonName(l.Text) {
			name = i
		}
	}
	if name < 0 {
		return
	}
	var capacity, position []printed
	for _, l := range right[:name] {
		if !l.capitals() {
			continue
		}
		isCapacity := false
		for _, p := range capacityPrefixes {
			isCapacity = isCapacity || strings.HasPrefix(l.Text, p)
		}
		if isCapacity {
			capacity, position = append(capacity, l), nil
		} else {
			position = append(position, l)
		}
	}
	sure := 0.9
	if len(position) == 0 && len(capacity) == 0 {
		sure = 0.6
	}
	r.say(ReadSigner, right[name].Text, sure, right[name])
	if len(capacity) > 0 {
		r.say(ReadCapacity, joined(capacity), 0.88, capacity...)
	}
	if len(position) > 0 {
		r.say(ReadPosition, officeCase(joined(position)), 0.88, position...)
	}
}

// isPersonName: two to six words, each a capital and small letters.
func isPersonName(s string) bool {
	words := strings.Fields(strings.Trim(s, ".,;: "))
	if len(words) < 2 || len(words) > 6 {
		return false
	}
	for _, w := range words {
		for i, c := range []rune(w) {
			if !unicode.IsLetter(c) || i == 0 && !unicode.IsUpper(c) || i > 0 && !unicode.IsLower(c) {
				return false
			}
		}
	}
	return true
}

// offices are written with capitals inside a sentence (Phụ lục II, mục III).
var offices = strings.NewReplacer("giám đốc", "Giám đốc", "chủ tịch", "Chủ tịch", "cục trưởng", "Cục trưởng", "bộ trưởng", "Bộ trưởng", "thứ trưởng", "Thứ trưởng", "chánh văn phòng", "Chánh Văn phòng",
	"trưởng phòng", "Trưởng phòng", "trưởng ban", "Trưởng ban", "hiệu trưởng", "Hiệu trưởng", "chánh thanh tra", "Chánh Thanh tra", "viện trưởng", "Viện trưởng", "chi cục trưởng", "Chi cục trưởng")

// officeCase turns the capitals of box 7a into running text: PHÓ GIÁM ĐỐC is Phó Giám đốc.
func officeCase(s string) string {
	low := []rune(offices.Replace(strings.ToLower(s)))
	low[0] = unicode.ToUpper(low[0])
	return string(low)
}
