package city

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"congvu/internal/i18n"
	"congvu/internal/org"
	"congvu/internal/store"
)

// sector is one level of the city in figures (C4.3, C5): every agency of it has the same staff, but for some that have one specialist more.
type sector struct {
	agencies, extra                                int // how many agencies, and how many of them have one more
	leaders, unitHeads, specialists, clerks, units int
}

func (k sector) accounts() int { return k.leaders + k.unitHeads + k.specialists + k.clerks }

// staffing is the sectors of a profile.
type staffing struct{ city, district, commune sector }

// The whole figures. Those of TwoLevels by role are ours (decision 0042): the profile gives accounts only.
var wholeStaff = map[string]staffing{
	ThreeLevels: {
		city:     sector{agencies: 24, leaders: 4, unitHeads: 30, specialists: 173, clerks: 3, units: 8},
		district: sector{agencies: 30, leaders: 4, unitHeads: 45, specialists: 308, clerks: 3, units: 13},
		commune:  sector{agencies: 579, extra: 451, leaders: 3, unitHeads: 5, specialists: 17, clerks: 1, units: 4}},
	TwoLevels: {
		city:    sector{agencies: 20, leaders: 4, unitHeads: 36, specialists: 217, clerks: 3, units: 8},
		commune: sector{agencies: 126, extra: 63, leaders: 4, unitHeads: 20, specialists: 181, clerks: 2, units: 4}},
}

// smallStaff are the set of C7.2: sixty accounts.
var smallStaff = map[string]staffing{
	ThreeLevels: {
		city:     sector{agencies: 1, leaders: 3, unitHeads: 4, specialists: 8, clerks: 1, units: 4},
		district: sector{agencies: 1, leaders: 3, unitHeads: 4, specialists: 9, clerks: 1, units: 4},
		commune:  sector{agencies: 3, leaders: 2, unitHeads: 2, specialists: 4, clerks: 1, units: 2}},
	TwoLevels: {
		city:    sector{agencies: 1, leaders: 3, unitHeads: 4, specialists: 8, clerks: 1, units: 4},
		commune: sector{agencies: 4, leaders: 2, unitHeads: 3, specialists: 5, clerks: 1, units: 3}},
}

// staffing gives what a city of this profile and scale has. A fraction has fewer agencies, each as large as in the whole: an agency's load stays real.
func (w Whole) staffing() staffing {
	if w.Scale <= leastScale {
		return smallStaff[w.Profile]
	}
	f := wholeStaff[w.Profile]
	for _, k := range []*sector{&f.city, &f.district, &f.commune} {
		if k.agencies > 0 {
			all := k.agencies
			k.agencies = max(int(math.Round(float64(all)*w.Scale)), 1)
			k.extra = int(math.Round(float64(k.extra) * float64(k.agencies) / float64(all)))
		}
	}
	return f
}

// wholeStructure lists the agencies of a whole city, parents first, with their units and posts; nobody is in them yet.
func wholeStructure(w Whole) []agency {
	f := w.staffing()
	b := &builder{w: w, f: f, slugs: map[string]bool{}, places: newPlaces(rand.New(rand.NewPCG(w.Seed, 21)))}
	b.cityLevel()
	if f.district.agencies > 0 {
		b.threeLevels()
	} else {
		b.communes(theCity, "H26.1", b.newCommunes(f.commune.agencies))
	}
	acting(b.all)
	return b.all
}

type builder struct {
	w       Whole
	f       staffing
	all     []agency
	slugs   map[string]bool
	places  *places
	written int // communes so far
}

// add staffs an agency and puts it into the list.
func (b *builder) add(a agency, k sector, more int, titles [2]string, logins [2]string) int {
	a.slug = b.slug(a.slug, a.parent)
	a.units = a.units[:min(len(a.units), k.units)]
	a.posts = posts(&a, k, more, titles, logins)
	b.all = append(b.all, a)
	return len(b.all) - 1
}

// slug makes an address of its own; a second one gets its district's behind it.
func (b *builder) slug(s string, parent int) string {
	if b.slugs[s] && parent >= 0 {
		s += "." + b.all[parent].slug
	}
	for n := 2; b.slugs[s]; n++ {
		s = fmt.Sprintf("%s%d", s, n)
	}
	b.slugs[s] = true
	return s
}

func (b *builder) cityLevel() {
	list := cityAgencies[b.w.Profile]
	for i, d := range list[:min(len(list), b.f.city.agencies)] {
		a := agency{code: fmt.Sprintf("H26.%02d", i), name: d.name, short: d.short, abbr: d.abbr, slug: d.slug, field: d.field, level: org.Department, seat: "Hà Nội", headTitle: d.titles[0],
			address: "Khu liên cơ quan, Hà Nội (dữ liệu mẫu)", parent: theCity, units: d.units()}
		switch i {
		case theCity:
			a.code, a.parent, a.level, a.collective = "H26", -1, org.City, "Ủy ban nhân dân"
			a.address = "Số 1 phố Quảng Trường, Hà Nội (dữ liệu mẫu)"
		case theOffice:
			a.level = org.City
		}
		b.add(a, b.f.city, 0, d.titles, d.logins)
	}
	system := b.all[len(b.all[:min(len(b.all), theOffice+1)])-1].post("quantri") // of the office, where there is one
	system.title, system.roles = "Quản trị hệ thống", system.roles|store.SystemAdmin
	for i := range b.all[theCity].posts { // the chairman's secretary
		if p := &b.all[theCity].posts[i]; p.login == "troly" {
			p.title, p.roles = "Thư ký Chủ tịch", store.Assistant|store.Specialist
		}
	}
}

func (b *builder) threeLevels() {
	n := b.f.district.agencies
	left := b.f.commune.agencies
	shares := b.shares(n, left)
	for i := range n {
		d := districts[i*len(districts)/n]
		a := agency{code: fmt.Sprintf("H26.%02d", 31+i*len(districts)/n), name: "Ủy ban nhân dân " + d.kind + " " + d.name, short: "UBND " + d.kind + " " + d.name, abbr: "UBND",
			slug: plain(d.kind) + plain(d.name), level: org.District, seat: d.name, address: "Trụ sở " + d.kind + " " + d.name + ", Hà Nội (dữ liệu mẫu)", collective: "Ủy ban nhân dân",
			headTitle: "Chủ tịch", parent: theCity, units: districtUnits(d.kind)}
		at := b.add(a, b.f.district, 0, chairs.titles, chairs.logins)
		b.communes(at, a.code+".", b.oldCommunes(d, shares[i]))
	}
}

// shares spreads the communes over the districts: in the whole city as many as each had at the time, in a fraction evenly.
func (b *builder) shares(n, communes int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = communes / n
		if i < communes%n {
			out[i]++
		}
		if b.w.Scale == 1 {
			out[i] = districts[i].communes
		}
	}
	return out
}

// oldCommunes names n wards and communes of a district: the official names, then made-up ones.
func (b *builder) oldCommunes(d district, n int) (out []Place) {
	if b.w.Official != nil {
		out = slices.Clone(b.w.Official.Old[i18n.Fold(d.kind+" "+d.name)])
		out = out[:min(len(out), n)]
	}
	for i := len(out); i < n; i++ {
		out = append(out, Place{d.partKind(i), b.places.next()})
	}
	return out
}

func (b *builder) newCommunes(n int) (out []Place) {
	if b.w.Official != nil {
		out = slices.Clone(b.w.Official.New[:min(len(b.w.Official.New), n)])
	}
	for i := len(out); i < n; i++ {
		kind := "xã"
		if i*51/126 != (i+1)*51/126 { // 51 phường, 75 xã
			kind = "phường"
		}
		out = append(out, Place{kind, b.places.next()})
	}
	return out
}

func (b *builder) communes(parent int, prefix string, list []Place) {
	width := 2
	if len(list) > 99 {
		width = 3
	}
	for i, c := range list {
		a := agency{code: fmt.Sprintf("%s%0*d", prefix, width, i+1), name: "Ủy ban nhân dân " + c.Kind + " " + c.Name, short: "UBND " + c.Kind + " " + c.Name, abbr: "UBND",
			slug: plain(c.Kind) + plain(c.Name), level: org.Commune, seat: c.Name, address: "Trụ sở " + c.Kind + " " + c.Name + ", Hà Nội (dữ liệu mẫu)", collective: "Ủy ban nhân dân",
			headTitle: "Chủ tịch", parent: parent, units: communeUnits(b.w.Profile, c.Kind)}
		more := quota(b.written, b.f.commune.extra, b.f.commune.agencies)
		b.written++
		b.add(a, b.f.commune, more, chairs.titles, chairs.logins)
	}
}

// quota spreads n over all places evenly: how much of it falls on place i.
func quota(i, n, all int) int { return (i+1)*n/all - i*n/all }

// acting lets one agency in a hundred be led by somebody who was only given the power (C4.5).
func acting(all []agency) {
	for i := range all {
		if i > theOffice && quota(i, max(len(all)/100, 1), len(all)) == 1 {
			h := all[i].head()
			h.title, h.kind = "Quyền "+all[i].headTitle, org.Acting
		}
	}
}

// posts lists who works in an agency: leaders, heads of units and their deputies, specialists, clerks; the last specialist administers.
func posts(a *agency, k sector, more int, titles, logins [2]string) (out []post) {
	for i := range k.leaders {
		p := post{login: logins[0], title: titles[0], rank: org.RankHead, roles: store.Head | store.Leader, signs: true}
		if i > 0 {
			p = post{login: loginOf(logins[1], i), title: titles[1], rank: org.RankDeputy, roles: store.Leader, signs: true}
		}
		out = append(out, p)
	}
	for i := range k.unitHeads {
		u := &a.units[i%len(a.units)]
		p := post{login: loginOf("truongphong", i+1), title: unitTitles[u.kind][0], rank: org.RankUnitHead, roles: store.UnitHead, unit: u.abbr}
		if i >= len(a.units) {
			p.login, p.title, p.rank = loginOf("phophong", i+1-len(a.units)), unitTitles[u.kind][1], org.RankUnitDeputy
		}
		p.signs = p.rank == org.RankUnitHead && a.level != org.Commune && (i == 0 || i == 1 && a.collective == "")
		out = append(out, p)
	}
	secretary := a.parent < 0 && k.specialists > 4
	n := k.specialists + more - 1
	if secretary {
		n--
		out = append(out, post{login: "troly", title: "Thư ký", rank: org.RankStaff, roles: store.Specialist, unit: a.units[0].abbr})
	}
	for i := range n {
		u := &a.units[(i+1)%len(a.units)]
		out = append(out, post{login: fmt.Sprintf("chuyenvien%d", i+1), title: staffTitle(a, i), rank: org.RankStaff, roles: store.Specialist, unit: u.abbr})
	}
	for i := range k.clerks {
		out = append(out, post{login: loginOf("vanthu", i+1), title: "Văn thư - lưu trữ", rank: org.RankStaff, roles: store.Clerk | store.Archivist, unit: a.units[0].abbr})
	}
	return append(out, post{login: "quantri", title: "Chuyên viên công nghệ thông tin", rank: org.RankStaff, roles: store.AgencyAdmin | store.Specialist, unit: a.units[0].abbr})
}

// loginOf leaves the first one without a number.
func loginOf(login string, n int) string {
	if n < 2 {
		return login
	}
	return fmt.Sprintf("%s%d", login, n)
}

func staffTitle(a *agency, i int) string {
	switch {
	case a.level == org.Commune:
		return communeTitles[i%len(communeTitles)]
	case i%5 == 3:
		return "Chuyên viên chính"
	}
	return "Chuyên viên"
}
