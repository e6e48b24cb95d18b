/// The entry of a metric: how Prometheus, `authfcgi status` and the documentation name it.
///
/// Each metric has its entry in one place, beside its case: ``StoreMetric/entry`` and its likes. Everything that shows
/// metrics goes through all entries, so that a new metric is one case and one entry.
package struct MetricEntry: Equatable, Sendable {
    /// A label of Prometheus that tells metrics of one family apart. No value comes from outside this program: users,
    /// addresses and tokens are in no label.
    package struct Label: Equatable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The name of the family without the prefix `authfcgi_`. Metrics of one family follow one another.
    package let family: String
    package let labels: [Label]
    /// The meaning of the family, as a sentence.
    package let help: String
    /// What is wrong when the metric rises, in a few words for `authfcgi status`; nil if nothing is.
    package let trouble: String?

    /// Creates an entry.
    /// - Parameters:
    ///   - family: The name of the family without the prefix `authfcgi_`.
    ///   - labels: The labels that tell the metric from the others of its family.
    ///   - help: The meaning of the family, as a sentence.
    ///   - trouble: What is wrong when the metric rises; nil if nothing is.
    package init(_ family: String, _ labels: Label..., help: String, trouble: String? = nil) {
        self.family = family
        self.labels = labels
        self.help = help
        self.trouble = trouble
    }
}
