//! Sums in payments and commissions: exact, however the vendor writes them, and written back as they came.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::sync::Arc;

use afflux_partnerize::{
    Client,
    core::{
        decode::{Amount, Drift},
        transport::{MockTransport, Reply},
    },
};

const PARTNER: &str = "1l1007802";

/// A sum with a zero at its end, one of more digits than a decimal has, one with an exponent, and one in quotes.
const SUMS: [(&str, &str, Option<&str>); 5] = [
    ("430.10", "430.10", Some("430.10")),
    ("0.1", "0.1", Some("0.1")),
    ("1234567890123456789012345678901.99", "1234567890123456789012345678901.99", None),
    ("1.5e-7", "1.5e-7", Some("0.00000015")),
    (r#""2.50""#, "2.50", Some("2.50")),
];

fn answered(body: &str) -> Client {
    let transport = Arc::new(MockTransport::script([Reply::answer(200, body.to_owned())]));
    let builder = Client::builder().unwrap().keys("made-up-application", "made-up-user");
    builder.engine(|engine| engine.transport(transport)).build().unwrap()
}

fn is(sum: &Drift<Amount>, text: &str, decimal: Option<&str>) {
    same(sum.get().unwrap(), text, decimal);
}

fn same(sum: &Amount, text: &str, decimal: Option<&str>) {
    assert_eq!(sum.text(), text);
    assert_eq!(sum.decimal().map(|decimal| decimal.to_string()).as_deref(), decimal, "{text}");
}

#[tokio::test]
async fn a_self_bill_has_its_sums_to_the_last_digit() {
    for (written, text, decimal) in SUMS {
        let body = format!(
            r#"{{"selfbill":{{"net_value":{written},"vat_rate":{written},"withheld_tax":{written}}}}}"#
        );
        let bill =
            answered(&body).payments().self_bill(PARTNER, "1011l5403").send().await.unwrap().into_value();
        for sum in [&bill.net_value, &bill.vat_rate, &bill.withheld_tax] {
            is(sum, text, decimal);
        }
        assert_eq!(serde_json::to_string(&bill).unwrap(), body);
    }
}

#[tokio::test]
async fn what_is_payable_and_what_is_available_is_by_currency_to_the_last_digit() {
    for (written, text, decimal) in SUMS {
        let body = format!(r#"{{"summary":{{"available":{{"EUR":{written}}},"paid":{{"PLN":{written}}}}}}}"#);
        let summary = answered(&body).payments().summary(PARTNER).send().await.unwrap().into_value();
        same(&summary.available.get().unwrap()["EUR"], text, decimal);
        same(&summary.paid.get().unwrap()["PLN"], text, decimal);
        let body = format!(
            r#"{{"total_conversion_count":{{"EUR":{written}}},"total_publisher_commission_value":{{"EUR":{written}}}}}"#
        );
        let payable = answered(&body).payments().payable(PARTNER).send().await.unwrap().into_value();
        same(&payable.total_conversion_count.get().unwrap()["EUR"], text, decimal);
        same(&payable.total_publisher_commission_value.get().unwrap()["EUR"], text, decimal);
        assert_eq!(serde_json::to_string(&payable).unwrap(), body);
    }
}

#[tokio::test]
async fn a_commission_is_exact_as_a_number_and_as_a_text() {
    for (written, text, decimal) in SUMS {
        let body = format!(
            r#"{{"performance_value":{written},"publishers":{{"performance_value":{written},"name":"Best Partner"}}}}"#
        );
        let rate = answered(&body).commissions().default("10l1", PARTNER).send().await.unwrap().into_value();
        is(&rate.performance_value, text, decimal);
        is(&rate.publishers.get().unwrap().performance_value, text, decimal);
        assert_eq!(serde_json::to_string(&rate).unwrap(), body);
        let body =
            format!(r#"{{"commissions":[{{"id":"1","performance_value":{written},"meta_fields":[]}}]}}"#);
        let rows = answered(&body).commissions().list("10l1", PARTNER).rows().await.unwrap();
        is(&rows[0].performance_value, text, decimal);
    }
}
