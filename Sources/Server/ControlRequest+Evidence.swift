internal import Engine
internal import EventLog
internal import FoundationEssentials
internal import Model
internal import Projections

extension PlanJudgement {
    var fields: Mapping {
        var fields = Mapping([("plan", .string(plan))])
        fields["comment"] = comment.map(Node.string)
        fields["signature"] = signature.map(Node.string)
        return fields
    }

    init(_ verdict: Judgement.Verdict, _ fields: inout RequestFields) throws(ControlError) {
        self.init(
            plan: try fields.requiredString("plan"), verdict: verdict,
            comment: verdict == .rejected
                ? try fields.requiredString("comment") : try fields.string("comment"),
            signature: try fields.string("signature"))
    }
}

extension Attestation {
    var fields: Mapping {
        var fields = Mapping([
            ("subject", .string(subject)), ("kind", .string(kind.rawValue)),
            ("name", .string(name)),
            ("document", .string(Data(document).base64EncodedString())),
        ])
        fields["signature"] = signature.map(Node.string)
        return fields
    }

    init(_ fields: inout RequestFields) throws(ControlError) {
        guard let kind = EvidenceAttested.Kind(rawValue: try fields.requiredString("kind")) else {
            throw ControlError.badRequest("kind is none of test, review, ticket")
        }
        let subject = try fields.requiredString("subject")
        let name = try fields.requiredString("name")
        guard let document = Data(base64Encoded: try fields.string("document") ?? "") else {
            throw ControlError.badRequest("document is no base64")
        }
        self.init(
            subject: subject, kind: kind, name: name, document: Array(document),
            signature: try fields.string("signature"))
    }
}
