package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"congvu/internal/exchange"
	"congvu/internal/org"
	"congvu/internal/store"
)

const pathExchange = "/exchange"

// exchangeDesk is who looks after what the exchange could not finish by itself.
const exchangeDesk = store.Clerk | store.SystemAdmin

const (
	tabQuarantine = "quarantine"
	tabChannels   = "channels"
)

const exchangeShown = 50

// exchangeRoutes are the deliveries that need a clerk, and the parcels that could not be opened or believed.
func exchangeRoutes() []Route {
	return []Route{
		{Pattern: "GET " + pathExchange, Who: posts(exchangeDesk), Handle: (*Door).exchangePage, Nav: &Nav{Key: "exchange", Icon: "arrows-exchange", Group: recordsGroup, Label: func(ctx context.Context) string { return t(ctx, "Liên thông") }}},
		{Pattern: "POST /exchange/deliveries/{id}/resend", Who: posts(store.Clerk), Handle: (*Door).resendDelivery},
		{Pattern: "GET /exchange/quarantine/{id}", Who: posts(exchangeDesk), Handle: (*Door).quarantinePage},
		{Pattern: "GET /exchange/quarantine/{id}/raw", Who: posts(exchangeDesk), Handle: (*Door).rawQuarantined},
		{Pattern: "GET /exchange/quarantine/{id}/give", Who: posts(exchangeDesk), Handle: (*Door).giveQuarantined},
		{Pattern: "POST /exchange/quarantine/{id}/give", Who: posts(exchangeDesk), Handle: (*Door).giveQuarantined},
		{Pattern: "POST /exchange/quarantine/{id}/retry", Who: posts(exchangeDesk), Handle: (*Door).retryQuarantined},
		{Pattern: "GET /exchange/quarantine/{id}/refuse", Who: posts(exchangeDesk), Handle: (*Door).refuseQuarantined},
		{Pattern: "POST /exchange/quarantine/{id}/refuse", Who: posts(exchangeDesk), Handle: (*Door).refuseQuarantined},
	}
}

// exchangeView is one of the two lists of the desk.
type exchangeView struct {
	quarantine   bool
	onChannels   bool
	channels     []exchange.Credential // of the actor's agency, of all for a system administrator
	state        string                // of the parcels: "" = all
	deliveries   []exchange.Delivery
	parcels      []exchange.Quarantined
	older        string
	later        bool
	now          store.Instant
	resends      bool
	deliversHere bool // the actor's post belongs to an agency
}

// quarantineStates are the states of a parcel as people read them.
func quarantineStates(ctx context.Context) []Option {
	return []Option{{Value: "waiting", Label: t(ctx, "Chờ xem xét")}, {Value: "retrying", Label: t(ctx, "Đang mở lại")}, {Value: "accepted", Label: t(ctx, "Đã tiếp nhận")},
		{Value: "refused", Label: t(ctx, "Từ chối tiếp nhận")}, {Value: "all", Label: t(ctx, "Tất cả")}}
}

func quarantineState(ctx context.Context, state string) StateView {
	look := map[string]StateLook{"waiting": StateWaiting, "retrying": StateWorking, "accepted": StateDone, "refused": StateBad}[state]
	for _, o := range quarantineStates(ctx) {
		if o.Value == state {
			return StateView{o.Label, look}
		}
	}
	return StateView{state, look}
}

// exchangePage: GET /exchange?tab=
func (d *Door) exchangePage(w http.ResponseWriter, r *http.Request) error {
	ctx, a := r.Context(), actor(r)
	before, _ := strconv.ParseInt(r.FormValue("before"), 10, 64) // anything else is the newest
	before = max(before, 0)
	v := exchangeView{quarantine: r.FormValue("tab") == tabQuarantine, onChannels: r.FormValue("tab") == tabChannels, state: "waiting", later: before > 0, now: d.DB.Now(), resends: exchange.MayResend(a), deliversHere: exchange.MayWatch(a)}
	for _, o := range quarantineStates(ctx) {
		if o.Value == r.FormValue("state") {
			v.state = o.Value
		}
	}
	var err error
	last := int64(0)
	if v.onChannels {
		v.channels, err = exchange.Credentials(ctx, d.DB, a, "", 0, credentialsShown)
	} else if v.quarantine {
		state := v.state
		if state == "all" {
			state = ""
		}
		v.parcels, err = exchange.QuarantineList(ctx, d.DB, a, state, before, exchangeShown+1)
		if len(v.parcels) > exchangeShown {
			v.parcels = v.parcels[:exchangeShown]
			last = v.parcels[exchangeShown-1].ID
		}
	} else {
		v.deliveries, err = exchange.Undelivered(ctx, d.DB, a, v.now, before, exchangeShown+1)
		if len(v.deliveries) > exchangeShown {
			v.deliveries = v.deliveries[:exchangeShown]
			last = v.deliveries[exchangeShown-1].ID
		}
	}
	if err != nil {
		return err
	}
	if last > 0 {
		v.older = v.address() + fmt.Sprintf("&before=%d", last)
	}
	return d.page(w, r, View{Title: t(ctx, "Liên thông"), Active: "exchange", Watch: []string{"exchange"}}, exchangeLists(v))
}

// address is the list's first page.
func (v exchangeView) address() string {
	if v.quarantine {
		return pathExchange + "?tab=" + tabQuarantine + "&state=" + v.state
	}
	return pathExchange + "?tab=deliveries"
}

// resendDelivery: POST /exchange/deliveries/{id}/resend
func (d *Door) resendDelivery(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return exchange.Resend(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Đã xếp gói tin vào hàng gửi lại. Nơi nhận đã có văn bản sẽ không nhận trùng."))
	return redirect(w, r, pathExchange)
}

func parcelAddress(id int64) string { return fmt.Sprintf("%s/quarantine/%d", pathExchange, id) }

// quarantinePage: GET /exchange/quarantine/{id}
func (d *Door) quarantinePage(w http.ResponseWriter, r *http.Request) error {
	q, err := d.keptParcel(r)
	if err != nil {
		return err
	}
	ctx, decided := r.Context(), ""
	if q.DecidedBy != 0 {
		p, err := org.FindPerson(ctx, d.DB, org.PersonID(q.DecidedBy))
		if err != nil {
			return err
		}
		decided = p.Name
	}
	v := parcelView{q: q, decidedBy: decided, opens: d.Exchange != nil}
	if v.tries, err = exchange.Tries(ctx, d.DB, actor(r), q.ID); err != nil {
		return err
	}
	if d.Exchange != nil {
		if v.looked, err = d.Exchange.Look(ctx, actor(r), q.ID); err != nil {
			return err
		}
	}
	v.gives = q.Givable(ctx, d.DB) && (q.AgencyID != actor(r).Agency || actor(r).Roles.Has(store.SystemAdmin))
	return d.page(w, r, View{Title: t(ctx, "Gói tin bị cách ly"), Active: "exchange", Watch: []string{"exchange"}}, quarantinedParcel(v))
}

// parcelView is a parcel in quarantine with what its operator needs to decide.
type parcelView struct {
	q         exchange.Quarantined
	decidedBy string
	opens     bool // this server reads the parcel's bytes
	looked    exchange.Looked
	tries     []exchange.Try
	gives     bool
}

// tryWords is what happened to a parcel.
func tryWords(ctx context.Context, one exchange.Try) string {
	switch one.Act {
	case "kept":
		return t(ctx, "Giữ lại: {why}", "why", say(ctx, one.Said()))
	case "retry":
		return t(ctx, "Mở lại gói tin")
	case "given":
		return say(ctx, one.Said())
	case "refused":
		return t(ctx, "Từ chối gói tin")
	case "answered":
		return t(ctx, "Hệ thống tự trả lời nơi gửi")
	case "accepted":
		return t(ctx, "Đã tiếp nhận")
	}
	return one.Act
}

func trySteps(ctx context.Context, all []exchange.Try) []Step {
	looks := map[string]StepLook{"kept": StepBad, "accepted": StepDone}
	var out []Step
	for _, one := range all {
		s := Step{What: tryWords(ctx, one), Who: orElse(one.Person, t(ctx, "Hệ thống")), At: one.At.Time(), Look: StepNow}
		if look, ok := looks[one.Act]; ok {
			s.Look = look
		}
		if one.Act == "refused" || one.Act == "answered" {
			s.Note = one.Text
		}
		out = append(out, s)
	}
	return out
}

// giveQuarantined: GET, POST /exchange/quarantine/{id}/give
func (d *Door) giveQuarantined(w http.ResponseWriter, r *http.Request) error {
	q, err := d.keptParcel(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if r.Method == http.MethodGet && !q.Givable(ctx, d.DB) {
		return store.Refuse(store.Conflict, "Gói tin này có cơ quan nhận đang hoạt động nên không chuyển cho cơ quan khác. Hãy mở lại hoặc từ chối.")
	}
	takers, err := q.Takers(ctx, d.DB)
	if err != nil {
		return err
	}
	return d.act(w, r, ActPage{Active: "exchange", Title: t(ctx, "Chuyển gói tin cho cơ quan"), Lead: parcelName(ctx, q), Submit: Action{Label: t(ctx, "Chuyển gói tin"), Icon: "arrow-forward-up", Kind: Primary},
		Refused: t(ctx, "Chưa chuyển được"), Back: parcelAddress(q.ID), Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			out := []templ.Component{Note(Info, t(ctx, "Cơ quan được chọn tiếp nhận gói tin như văn bản gửi cho mình, thấy mã nhận ghi trong gói tin, và trả lời cơ quan gửi."))}
			if q.AgencyID == 0 {
				c, err := d.agencyCombo(r, f, errs, Field{Name: "agency", Label: t(ctx, "Cơ quan nhận gói tin")}, false, nil)
				return append(out, c), err
			}
			return append(out, RadioField(Field{Name: "agency", Label: t(ctx, "Cơ quan kế tục"), Error: errs.Of("agency")}, Choose(agencyOptions(takers), f.shown("agency")))), nil
		},
		Do: func(f *Form) (flashed, string, error) {
			agency := f.Number("agency")
			if err := f.Err(); err != nil {
				return flashed{}, "", err
			}
			return done("Gói tin đang được mở cho cơ quan đã chọn. Kết quả sẽ hiện ở trang này."), parcelAddress(q.ID), d.DB.Write(ctx, actor(r), func(tx *store.Tx) error {
				return exchange.QuarantineGive(ctx, tx, q.ID, org.AgencyID(agency))
			})
		}})
}

func (d *Door) keptParcel(r *http.Request) (exchange.Quarantined, error) {
	id, err := number(r, "id")
	if err != nil {
		return exchange.Quarantined{}, err
	}
	return exchange.FindQuarantined(r.Context(), d.DB, actor(r), id)
}

// rawQuarantined: GET /exchange/quarantine/{id}/raw. What nobody could open is never shown here, only saved.
func (d *Door) rawQuarantined(w http.ResponseWriter, r *http.Request) error {
	q, err := d.keptParcel(r)
	if err != nil {
		return err
	}
	if d.Exchange == nil {
		return store.Refuse(store.Conflict, "Máy chủ này không nối trục liên thông nên không mở được gói tin gốc.")
	}
	name, content, err := d.Exchange.RawQuarantined(r.Context(), actor(r), q.ID)
	if err != nil {
		return err
	}
	defer content.Close()
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", disposition("attachment", name))
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "private, no-store")
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(timeFiles))
	_, err = io.Copy(w, content)
	if err != nil {
		d.Log.Warn("quarantined parcel was not sent whole", "id", visitOf(r).id, "error", err)
		panic(http.ErrAbortHandler) // half a file must not look whole
	}
	return nil
}

// retryQuarantined: POST /exchange/quarantine/{id}/retry
func (d *Door) retryQuarantined(w http.ResponseWriter, r *http.Request) error {
	id, err := number(r, "id")
	if err == nil {
		err = d.DB.Write(r.Context(), actor(r), func(tx *store.Tx) error { return exchange.QuarantineRetry(r.Context(), tx, id) })
	}
	if err != nil {
		return err
	}
	d.flash(w, Good, store.Say("Gói tin đang được mở lại. Kết quả sẽ hiện ở trang này."))
	return redirect(w, r, parcelAddress(id))
}

// refuseQuarantined: GET, POST /exchange/quarantine/{id}/refuse
func (d *Door) refuseQuarantined(w http.ResponseWriter, r *http.Request) error {
	q, err := d.keptParcel(r)
	if err != nil {
		return err
	}
	if q.State != "waiting" {
		return store.Refuse(store.Conflict, "Gói tin này đã được xử lý. Hãy mở lại trang để xem kết quả.")
	}
	ctx := r.Context()
	return d.act(w, r, ActPage{Active: "exchange", Title: t(ctx, "Từ chối gói tin"), Lead: parcelName(ctx, q), Submit: Action{Label: t(ctx, "Từ chối gói tin"), Kind: DangerFinal},
		Refused: t(ctx, "Chưa từ chối được"), Back: parcelAddress(q.ID), Guard: true,
		Fields: func(f *Form, errs Errors) ([]templ.Component, error) {
			return []templ.Component{reasonField(ctx, f, errs)}, nil
		},
		Do: func(f *Form) (flashed, string, error) {
			err := d.DB.Write(ctx, actor(r), func(tx *store.Tx) error { return exchange.QuarantineRefuse(ctx, tx, q.ID, f.Text("reason")) })
			return done("Đã từ chối gói tin. Nếu biết cơ quan gửi, lý do được gửi lại cho họ; gói tin gốc vẫn được giữ."), parcelAddress(q.ID), err
		}})
}

// parcelName is what a parcel is called: its title, else what the axis calls it.
func parcelName(ctx context.Context, q exchange.Quarantined) string {
	switch {
	case q.Title != "":
		return q.Title
	case q.DocumentID != "":
		return q.DocumentID
	}
	return t(ctx, "Gói tin {parcel}", "parcel", q.Parcel)
}

// kindText is what a parcel carries, as its sender says.
func kindText(ctx context.Context, kind string) string {
	switch kind {
	case "edoc":
		return t(ctx, "Văn bản")
	case "status":
		return t(ctx, "Trạng thái xử lý")
	}
	return kind
}

func roleText(ctx context.Context, role string) string {
	if role == "information" {
		return t(ctx, "Để biết")
	}
	return t(ctx, "Để thực hiện")
}
