"""The gateway's read models, filled from the topics. Waiters are woken by notifications and then read the tables."""

from libs.events.catalog import (
    AnswerAdvanced,
    BusinessTermChanged,
    CancelRequested,
    CheckpointReached,
    ConversationDeleted,
    DatasetChanged,
    DataSourceChanged,
    FeedbackGiven,
    FeedbackReviewed,
    KnowledgeRemoved,
    LearningDecided,
    LearningMeasured,
    PauseRequested,
    QuestionAnswered,
    QuestionAsked,
    ResumeRequested,
    RowsFetched,
    SchemaInspected,
    TrainingLogged,
    TrainingRequested,
)
from libs.events.projection import Handlers
from services.gateway.projections import answers, learning, state, trainings
from services.gateway.projections.audit import audited

HANDLERS = Handlers(
    project={
        DataSourceChanged: audited(state.keep_datasources),
        DatasetChanged: audited(state.keep_datasets),
        BusinessTermChanged: audited(state.keep_terms),
        KnowledgeRemoved: audited(state.keep_removals),
        SchemaInspected: state.keep_inspections,
        TrainingRequested: audited(trainings.keep_requests),
        PauseRequested: audited(trainings.keep_controls),
        ResumeRequested: audited(trainings.keep_controls),
        CancelRequested: audited(trainings.keep_controls),
        CheckpointReached: trainings.keep_checkpoints,
        TrainingLogged: trainings.keep_logs,
        QuestionAsked: audited(answers.keep_questions),
        ConversationDeleted: audited(answers.keep_deletions),
        AnswerAdvanced: answers.keep_steps,
        RowsFetched: answers.keep_rows,
        QuestionAnswered: answers.keep_answers,
        FeedbackGiven: audited(answers.keep_feedback),
        FeedbackReviewed: learning.keep_reviews,
        LearningDecided: audited(learning.keep_decisions),
        LearningMeasured: learning.keep_measures,
    }
)
