package org

import (
	"context"
	"fmt"
	"strings"

	"congvu/internal/i18n"
	"congvu/internal/store"
	"congvu/internal/workbook"
)

var peopleTitles = []workbook.Column{
	{Name: "name", Titles: []string{"Họ và tên", "Họ tên"}, Required: true},
	{Name: "title", Titles: []string{"Chức vụ", "Chức danh"}, Required: true},
	{Name: "code", Titles: []string{"Mã nhân sự", "Mã cán bộ", "Mã công chức", "Mã số"}},
	{Name: "email", Titles: []string{"Thư điện tử", "Email", "Thư công vụ"}},
	{Name: "phone", Titles: []string{"Điện thoại", "Số điện thoại"}},
	{Name: "agency", Titles: []string{"Mã cơ quan", "Mã định danh cơ quan"}},
	{Name: "unit", Titles: []string{"Đơn vị", "Phòng, ban", "Phòng"}},
	{Name: "rank", Titles: []string{"Vị trí"}},
	{Name: "kind", Titles: []string{"Hình thức", "Hình thức giữ chức vụ"}},
	{Name: "roles", Titles: []string{"Vai trò"}},
	{Name: "valid_from", Titles: []string{"Từ ngày", "Ngày bắt đầu"}},
	{Name: "valid_to", Titles: []string{"Đến ngày", "Ngày kết thúc"}},
	{Name: "login", Titles: []string{"Tên đăng nhập", "Tài khoản"}},
}

var (
	sqlPersonByEmail = store.SQL(`SELECT id, code, name, email, phone, home_agency, revision FROM org_people WHERE home_agency = $1 AND email = $2 ORDER BY id LIMIT 2`)
	sqlPersonByName  = store.SQL(`SELECT id, code, name, email, phone, home_agency, revision FROM org_people WHERE home_agency = $1 AND name = $2 ORDER BY id LIMIT 2`)
)

// peopleSeen is what the rows above have said.
type peopleSeen struct {
	people map[string]*newcomer     // by agency and code, address or name
	posts  map[string]int           // person and post → row
	heads  map[AgencyID]HoldingForm // the head that this table appoints
	logins map[string]int           // sign-in name → row
	names  map[string]int           // people known by their name alone → row
}

// newcomer is a person of the table.
type newcomer struct {
	name, login string
	id          PersonID // 0 until enrolled
	account     int      // index in the plan's accounts, -1 = none
}

// people reads a table of people and their posts, a row each post. A person is known by the personnel code, else the e-mail address, else by
// a name that stands once in the table and once in the agency.
func (p *planner) people() error {
	seen := &peopleSeen{map[string]*newcomer{}, map[string]int{}, map[AgencyID]HoldingForm{}, map[string]int{}, map[string]int{}}
	return p.each(func() error {
		agency, err := p.itsAgency()
		if err != nil || agency == 0 {
			return err
		}
		before := len(p.plan.Errors)
		f := PersonForm{Code: p.get("code"), Name: p.get("name"), Email: p.get("email"), Phone: p.get("phone"), HomeAgency: agency}
		if _, err := p.fits(f.check()); err != nil {
			return err
		}
		post, err := p.post(agency)
		if err != nil || !p.clean(before) {
			return err
		}
		was, err := p.person(f, seen)
		if err != nil || !p.clean(before) {
			return err
		}
		n, first := p.meet(f, post, was, seen)
		if !p.clean(before) {
			return nil
		}
		if was != nil {
			return p.known(was, f, post, seen)
		}
		return p.unknown(n, first, f, post, seen)
	})
}

// meet finds the person of a row among the rows above; a post that stands there already is an error.
func (p *planner) meet(f PersonForm, post HoldingForm, was *Person, seen *peopleSeen) (n *newcomer, first bool) {
	who := fmt.Sprint(f.HomeAgency, " ", firstOf(f.Code, f.Email, i18n.Fold(f.Name)))
	at := fmt.Sprint(who, "\n", post.UnitID, "\n", i18n.Fold(post.Title))
	if row, twice := seen.posts[at]; twice {
		p.wrong("name", "{name} với chức vụ này đã có ở dòng {row}.", "name", f.Name, "row", i18n.Plain(row))
		return nil, false
	}
	seen.posts[at] = p.at.Row
	n = seen.people[who]
	if first = n == nil; first {
		n = &newcomer{name: f.Name, account: -1}
		seen.people[who] = n
	}
	if n.name != f.Name {
		p.wrong("name", "Mã hoặc thư điện tử này ở dòng trên là của {name}.", "name", n.name)
	}
	if was != nil {
		n.id = was.ID
	}
	p.login(n, seen)
	return n, first
}

// unknown plans a row about somebody new.
func (p *planner) unknown(n *newcomer, first bool, f PersonForm, post HoldingForm, seen *peopleSeen) error {
	if ok, err := p.mayAppoint(post, seen); err != nil || !ok {
		return err
	}
	p.add(true, false, func(ctx context.Context, tx *store.Tx) error {
		if first {
			enrolled, err := Enrol(ctx, tx, f)
			if err != nil {
				return err
			}
			n.id = enrolled.ID
			if n.account >= 0 {
				p.plan.Accounts[n.account].Person = n.id
			}
		}
		post.PersonID = n.id
		_, err := Appoint(ctx, tx, post)
		return err
	})
	return nil
}

// login notes the sign-in name of a row; two people never share one, and nobody gets two.
func (p *planner) login(n *newcomer, seen *peopleSeen) {
	login := strings.ToLower(p.get("login"))
	if login == "" || login == n.login {
		return
	}
	if n.login != "" {
		p.wrong("login", "{name} đã có tên đăng nhập {login} ở dòng trên.", "name", n.name, "login", n.login)
		return
	}
	if row, taken := seen.logins[login]; taken {
		p.wrong("login", "Tên đăng nhập {login} đã có ở dòng {row}.", "login", login, "row", i18n.Plain(row))
		return
	}
	seen.logins[login] = p.at.Row
	n.login, n.account = login, len(p.plan.Accounts)
	p.plan.Accounts = append(p.plan.Accounts, ImportedAccount{Row: p.at.Row, Login: login, Name: n.name, Person: n.id})
}

// mayAppoint checks a new post against the agency and against the other rows.
func (p *planner) mayAppoint(post HoldingForm, seen *peopleSeen) (bool, error) {
	post.Roles = rolesOf(post.Rank, post.Roles)
	if ok, err := p.fits(checkHolding(p.ctx, p.r, p.actor, post)); err != nil || !ok {
		return false, err
	}
	if post.Rank != RankHead {
		return true, nil
	}
	other, two := seen.heads[post.AgencyID]
	seen.heads[post.AgencyID] = post
	if two && !other.ValidTo.Before(post.ValidFrom) && !post.ValidTo.Before(other.ValidFrom) {
		p.wrong("rank", "Bảng này có hai người đứng đầu cơ quan trong cùng thời gian.")
		return false, nil
	}
	return true, nil
}

// known plans a row about a person who is enrolled already: what differs is corrected, a post that is not held is given.
func (p *planner) known(was *Person, f PersonForm, post HoldingForm, seen *peopleSeen) error {
	next := PersonForm{Code: was.Code, Name: f.Name, Email: was.Email, Phone: was.Phone, HomeAgency: was.HomeAgency}
	take(&next.Email, f.Email)
	take(&next.Phone, f.Phone)
	amend := next.Name != was.Name || next.Email != was.Email || next.Phone != was.Phone
	held, err := p.held(was.ID, post)
	if err != nil {
		return err
	}
	before := len(p.plan.Errors)
	var change func(ctx context.Context, tx *store.Tx) error
	if held == nil {
		post.PersonID = was.ID
		if ok, err := p.mayAppoint(post, seen); err != nil || !ok {
			return err
		}
		change = func(ctx context.Context, tx *store.Tx) error { _, err := Appoint(ctx, tx, post); return err }
	} else if change = p.amendPost(*held, post); !p.clean(before) {
		return nil
	}
	p.add(held == nil, amend || change != nil, func(ctx context.Context, tx *store.Tx) error {
		if amend {
			if err := AmendPerson(ctx, tx, was.ID, next); err != nil {
				return err
			}
		}
		if change == nil {
			return nil
		}
		return change(ctx, tx)
	})
	return nil
}

// amendPost plans other roles or an earlier end of a post that is held; nil when nothing changes or the row is wrong.
func (p *planner) amendPost(held Holding, post HoldingForm) func(ctx context.Context, tx *store.Tx) error {
	if p.get("rank") != "" && held.Rank != post.Rank {
		p.wrong("rank", "{name} đang giữ chức vụ này ở vị trí khác. Kết thúc chức vụ cũ rồi mới nhập vị trí mới.", "name", held.PersonName)
		return nil
	}
	roles := rolesOf(held.Rank, post.Roles)
	if p.get("roles") == "" || roles == held.Roles {
		roles = 0
	}
	ends := post.ValidTo
	if ends == held.ValidTo {
		ends = ""
	}
	if held.ValidTo.Before(ends) {
		p.wrong("valid_to", "Chức vụ này kết thúc ngày {on}; không kéo dài được. Nhập chức vụ mới từ ngày sau đó.", "on", held.ValidTo.Display())
		return nil
	}
	if roles == 0 && ends.IsZero() {
		return nil
	}
	return func(ctx context.Context, tx *store.Tx) error {
		if roles != 0 {
			if err := SetRoles(ctx, tx, held.ID, held.Roles, roles); err != nil {
				return err
			}
		}
		if !ends.IsZero() {
			return EndHolding(ctx, tx, held.ID, ends)
		}
		return nil
	}
}

// held finds the post of a row among those the person holds on its first day.
func (p *planner) held(person PersonID, post HoldingForm) (*Holding, error) {
	all, err := store.All[Holding](p.ctx, p.r, sqlHoldings, person, post.ValidFrom)
	for _, h := range all {
		if h.AgencyID == post.AgencyID && h.UnitID == post.UnitID && i18n.Fold(h.Title) == i18n.Fold(post.Title) {
			return &h, nil
		}
	}
	return nil, err
}

// person finds who a row is about, nil for somebody new. A name that several have is an error: a code tells them apart.
func (p *planner) person(f PersonForm, seen *peopleSeen) (*Person, error) {
	if f.Code != "" {
		return p.personByCode(f)
	}
	known, by := sqlPersonByEmail, f.Email
	if f.Email == "" {
		known, by = sqlPersonByName, f.Name
		key := fmt.Sprint(f.HomeAgency, " ", i18n.Fold(f.Name))
		if row, twice := seen.names[key]; twice {
			p.wrong("name", "{name} đã có ở dòng {row}. Ghi thêm mã nhân sự để biết là một hay hai người.", "name", f.Name, "row", i18n.Plain(row))
			return nil, nil
		}
		seen.names[key] = p.at.Row
	}
	found, err := store.All[Person](p.ctx, p.r, known, f.HomeAgency, by)
	switch {
	case err != nil || len(found) == 0:
		return nil, err
	case len(found) > 1:
		p.wrong("name", "Cơ quan có nhiều người tên {name}. Ghi thêm mã nhân sự để phân biệt.", "name", f.Name)
		return nil, nil
	}
	return &found[0], nil
}

// personByCode also refuses an address that somebody with another code has: he would be entered twice.
func (p *planner) personByCode(f PersonForm) (*Person, error) {
	was, ok, err := store.Maybe[Person](p.ctx, p.r, sqlByCodeP, f.HomeAgency, f.Code)
	if err != nil {
		return nil, err
	}
	if f.Email != "" {
		other, taken, err := store.Maybe[Person](p.ctx, p.r, sqlPersonByEmail, f.HomeAgency, f.Email)
		if err != nil {
			return nil, err
		}
		if taken && (!ok || other.ID != was.ID) {
			p.wrong("email", "Thư điện tử này là của {name}. Kiểm tra lại mã nhân sự.", "name", other.Name)
		}
	}
	if !ok {
		return nil, nil
	}
	return &was, nil
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
