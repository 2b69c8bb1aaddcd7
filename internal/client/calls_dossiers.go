package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

func dossier(id ID, what string) string { return "/dossiers/" + id.String() + what }
func list(id ID, what string) string    { return "/dossier-lists/" + id.String() + what }
func deposit(id ID, what string) string { return "/deposits/" + id.String() + what }

// Dossiers lists dossiers: tab is mine, shared, due, check, archive or all.
func (c *Client) Dossiers(ctx context.Context, tab, q string) ([]Dossier, error) {
	return a[[]Dossier](ctx, c, "/dossiers", url.Values{"tab": {tab}, "q": {q}})
}

// Dossier gives one dossier with its documents.
func (c *Client) Dossier(ctx context.Context, id ID) (Dossier, error) {
	return a[Dossier](ctx, c, dossier(id, ""), nil)
}

// OpenDossier opens a dossier from the list or outside of it.
func (c *Client) OpenDossier(ctx context.Context, f DossierForm) (Dossier, error) {
	return acted[Dossier](ctx, c, "/dossiers", f)
}

// ReviseDossier changes the describing fields of an open dossier.
func (c *Client) ReviseDossier(ctx context.Context, id ID, f DossierForm) error {
	return c.call(ctx, request{method: http.MethodPut, path: dossier(id, ""), body: f}, nil)
}

// DossierAccounts counts the dossiers of every account; year 0 = this year.
func (c *Client) DossierAccounts(ctx context.Context, year int) ([]DossierAccount, error) {
	q := url.Values{}
	if year != 0 {
		q.Set("year", strconv.Itoa(year))
	}
	return a[[]DossierAccount](ctx, c, "/dossier-accounts", q)
}

// AddToDossier puts documents into a dossier; each has its result.
func (c *Client) AddToDossier(ctx context.Context, id ID, refs []string) ([]DossierPlaced, error) {
	return acted[[]DossierPlaced](ctx, c, dossier(id, "/documents"), DossierAdd{refs})
}

// AttachToDossier puts a file that is no registered document into a dossier.
func (c *Client) AttachToDossier(ctx context.Context, id ID, name string, from io.Reader, f DossierFile) (placed DossierPlaced, err error) {
	q := url.Values{}
	for key, s := range map[string]string{"title": f.Title, "medium": f.Medium, "date": f.Date, "author": f.Author, "note": f.Note} {
		if s != "" {
			q.Set(key, s)
		}
	}
	if f.Pages > 0 {
		q.Set("pages", strconv.Itoa(f.Pages))
	}
	return placed, c.upload(ctx, request{method: http.MethodPost, path: dossier(id, "/files"), query: q}, name, from, &placed)
}

// RemoveFromDossier takes a document out of an open dossier.
func (c *Client) RemoveFromDossier(ctx context.Context, id, item ID, reason string) error {
	return c.post(ctx, dossier(id, "/items/"+item.String()+"/remove"), Reason{reason}, nil)
}

// ArrangeDossier puts the documents in the order of time, or in the given one.
func (c *Client) ArrangeDossier(ctx context.Context, id ID, order []ID) error {
	return c.post(ctx, dossier(id, "/arrange"), DossierOrder{order}, nil)
}

// DossierItemFile streams the n-th file (from 0) of a document in a dossier.
func (c *Client) DossierItemFile(ctx context.Context, id, item ID, n int, to io.Writer) (string, error) {
	return c.download(ctx, dossier(id, "/items/"+item.String()+"/files/"+strconv.Itoa(n)), nil, to)
}

// DossierFindings tells what stands against closing.
func (c *Client) DossierFindings(ctx context.Context, id ID) ([]DossierFinding, error) {
	return a[[]DossierFinding](ctx, c, dossier(id, "/findings"), nil)
}

// CloseDossier ends a dossier.
func (c *Client) CloseDossier(ctx context.Context, id ID, f DossierClose) error {
	return c.post(ctx, dossier(id, "/close"), f, nil)
}

// ReopenDossier takes it up again.
func (c *Client) ReopenDossier(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, dossier(id, "/reopen"), Reason{reason}, nil)
}

// DossierHistory tells what happened to it.
func (c *Client) DossierHistory(ctx context.Context, id ID) ([]Step, error) {
	return a[[]Step](ctx, c, dossier(id, "/history"), nil)
}

// DossierShares tells with whom it is shared.
func (c *Client) DossierShares(ctx context.Context, id ID) ([]DossierShare, error) {
	return a[[]DossierShare](ctx, c, dossier(id, "/shares"), nil)
}

// ShareDossier shares it.
func (c *Client) ShareDossier(ctx context.Context, id ID, f DossierSharing) error {
	return c.post(ctx, dossier(id, "/shares"), f, nil)
}

// UnshareDossier ends a sharing.
func (c *Client) UnshareDossier(ctx context.Context, id, share ID) error {
	return c.call(ctx, request{method: http.MethodDelete, path: dossier(id, "/shares/"+share.String())}, nil)
}

// HandOverDossier gives it to another post.
func (c *Client) HandOverDossier(ctx context.Context, id ID, f DossierHandOver) error {
	return c.post(ctx, dossier(id, "/hand-over"), f, nil)
}

// FreezeDossier locks it by order.
func (c *Client) FreezeDossier(ctx context.Context, id ID, order string) error {
	return c.post(ctx, dossier(id, "/freeze"), DossierOrderText{order}, nil)
}

// UnfreezeDossier lifts the freeze.
func (c *Client) UnfreezeDossier(ctx context.Context, id ID, order string) error {
	return c.post(ctx, dossier(id, "/unfreeze"), DossierOrderText{order}, nil)
}

// DestroyDossier ends a dossier whose period is over, by decision.
func (c *Client) DestroyDossier(ctx context.Context, id ID, decision string) error {
	return c.post(ctx, dossier(id, "/destroy"), DossierOrderText{decision}, nil)
}

// CorrectDossier puts describing fields of a deposited dossier right.
func (c *Client) CorrectDossier(ctx context.Context, id ID, f DossierCorrection) error {
	return c.post(ctx, dossier(id, "/correct"), f, nil)
}

// NoticeDossiers tells keepers that dossiers are to be deposited.
func (c *Client) NoticeDossiers(ctx context.Context, f DossierNotice) error {
	return c.post(ctx, "/deposit-notices", f, nil)
}

// DossierNotices lists the archive's notices of a dossier.
func (c *Client) DossierNotices(ctx context.Context, id ID) ([]DossierNoticed, error) {
	return a[[]DossierNoticed](ctx, c, dossier(id, "/notices"), nil)
}

// PrintDossier streams contents, cover or closing.
func (c *Client) PrintDossier(ctx context.Context, id ID, what string, to io.Writer) (string, error) {
	return c.download(ctx, dossier(id, "/print/"+url.PathEscape(what)), nil, to)
}

// ExportDossier streams a dossier: form is pdf, xml, zip or sip.
func (c *Client) ExportDossier(ctx context.Context, id ID, form string, to io.Writer) (string, error) {
	return c.download(ctx, dossier(id, "/export/"+url.PathEscape(form)), nil, to)
}

// ImportDossier opens a dossier from a submission package.
func (c *Client) ImportDossier(ctx context.Context, name string, from io.Reader) (out Dossier, err error) {
	return out, c.upload(ctx, request{method: http.MethodPost, path: "/dossier-packages"}, name, from, &out)
}

// AskForDossier asks the archive for the use of a dossier.
func (c *Client) AskForDossier(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, dossier(id, "/requests"), Reason{reason}, nil)
}

// AskForDossierByCode asks for one that the caller knows by its code and year only.
func (c *Client) AskForDossierByCode(ctx context.Context, f DossierAsking) error {
	return c.post(ctx, "/dossier-requests", f, nil)
}

// DossierRequests lists requests: the archivist all, others their own.
func (c *Client) DossierRequests(ctx context.Context) ([]DossierRequest, error) {
	return a[[]DossierRequest](ctx, c, "/dossier-requests", nil)
}

// AnswerDossierRequest grants or refuses one.
func (c *Client) AnswerDossierRequest(ctx context.Context, id ID, f DossierRequestAnswer) error {
	return c.post(ctx, "/dossier-requests/"+id.String()+"/answer", f, nil)
}

// DossierLists names the yearly lists.
func (c *Client) DossierLists(ctx context.Context) ([]DossierList, error) {
	return a[[]DossierList](ctx, c, "/dossier-lists", nil)
}

// DossierList gives one list with all of it.
func (c *Client) DossierList(ctx context.Context, id ID) (DossierList, error) {
	return a[DossierList](ctx, c, list(id, ""), nil)
}

// DraftDossierList begins the list of a year.
func (c *Client) DraftDossierList(ctx context.Context, f DossierListForm) (DossierList, error) {
	return acted[DossierList](ctx, c, "/dossier-lists", f)
}

// AddDossierHeading puts a heading at the end of a list.
func (c *Client) AddDossierHeading(ctx context.Context, id ID, f DossierHeadingForm) (Added, error) {
	return acted[Added](ctx, c, list(id, "/headings"), f)
}

// AddDossierEntry foresees a dossier.
func (c *Client) AddDossierEntry(ctx context.Context, id ID, f DossierEntryForm) (Added, error) {
	return acted[Added](ctx, c, list(id, "/entries"), f)
}

// ReviseDossierEntry changes a foreseen dossier.
func (c *Client) ReviseDossierEntry(ctx context.Context, id, entry ID, f DossierEntryForm) error {
	return c.call(ctx, request{method: http.MethodPut, path: list(id, "/entries/"+entry.String()), body: f}, nil)
}

// DropDossierEntry takes a foreseen dossier out of a draft.
func (c *Client) DropDossierEntry(ctx context.Context, id, entry ID) error {
	return c.call(ctx, request{method: http.MethodDelete, path: list(id, "/entries/"+entry.String())}, nil)
}

// ImportDossierList adds the rows of a sheet to a draft.
func (c *Client) ImportDossierList(ctx context.Context, id ID, name string, from io.Reader) (out Imported, err error) {
	return out, c.upload(ctx, request{method: http.MethodPost, path: list(id, "/import")}, name, from, &out)
}

// SubmitDossierList asks the head to approve a draft.
func (c *Client) SubmitDossierList(ctx context.Context, id ID) error {
	return c.post(ctx, list(id, "/submit"), nil, nil)
}

// ApproveDossierList is the head's decision.
func (c *Client) ApproveDossierList(ctx context.Context, id ID, decision string) error {
	return c.post(ctx, list(id, "/approve"), DossierDecision{decision}, nil)
}

// ReturnDossierList sends it back.
func (c *Client) ReturnDossierList(ctx context.Context, id ID, reason string) error {
	return c.post(ctx, list(id, "/return"), Reason{reason}, nil)
}

// IssueDossierList puts an approved list into force.
func (c *Client) IssueDossierList(ctx context.Context, id ID) error {
	return c.post(ctx, list(id, "/issue"), nil, nil)
}

// DossierListHistory tells what happened to a list.
func (c *Client) DossierListHistory(ctx context.Context, id ID) ([]Step, error) {
	return a[[]Step](ctx, c, list(id, "/history"), nil)
}

// ExportDossierList streams the list: format is pdf or xlsx.
func (c *Client) ExportDossierList(ctx context.Context, id ID, format string, to io.Writer) (string, error) {
	return c.download(ctx, list(id, "/export/"+url.PathEscape(format)), nil, to)
}

// RetentionGroups is the table of periods in force.
func (c *Client) RetentionGroups(ctx context.Context) ([]RetentionGroup, error) {
	return a[[]RetentionGroup](ctx, c, "/retention", nil)
}

// SetRetention writes a line of the table, in a new version when it is there already.
func (c *Client) SetRetention(ctx context.Context, f RetentionGroup) (RetentionGroup, error) {
	return acted[RetentionGroup](ctx, c, "/retention", f)
}

// Deposits lists deposits.
func (c *Client) Deposits(ctx context.Context) ([]Deposit, error) {
	return a[[]Deposit](ctx, c, "/deposits", nil)
}

// Deposit gives one with its dossiers.
func (c *Client) Deposit(ctx context.Context, id ID) (Deposit, error) {
	return a[Deposit](ctx, c, deposit(id, ""), nil)
}

// DepositDossiers hands closed dossiers to the archive.
func (c *Client) DepositDossiers(ctx context.Context, f DossierDeposit) (Deposit, error) {
	return acted[Deposit](ctx, c, "/deposits", f)
}

// RegisterHistorical registers permanent dossiers with the historical archive.
func (c *Client) RegisterHistorical(ctx context.Context, f HistoricalDeposit) (Deposit, error) {
	return acted[Deposit](ctx, c, "/historical-deposits", f)
}

// CheckDeposit examines every file of a deposit.
func (c *Client) CheckDeposit(ctx context.Context, id ID) (Deposit, error) {
	return acted[Deposit](ctx, c, deposit(id, "/check"), nil)
}

// AnswerDeposit accepts or returns a deposit.
func (c *Client) AnswerDeposit(ctx context.Context, id ID, f DepositAnswer) error {
	return c.post(ctx, deposit(id, "/answer"), f, nil)
}

// PrintDeposit streams its list or its record.
func (c *Client) PrintDeposit(ctx context.Context, id ID, what string, to io.Writer) (string, error) {
	return c.download(ctx, deposit(id, "/print/"+url.PathEscape(what)), nil, to)
}
