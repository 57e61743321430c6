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
from services.gateway.projections import answers, state, trainings

HANDLERS = Handlers(
    project={
        DataSourceChanged: state.keep_datasources,
        DatasetChanged: state.keep_datasets,
        BusinessTermChanged: state.keep_terms,
        KnowledgeRemoved: state.keep_removals,
        SchemaInspected: state.keep_inspections,
        TrainingRequested: trainings.keep_requests,
        PauseRequested: trainings.keep_controls,
        ResumeRequested: trainings.keep_controls,
        CancelRequested: trainings.keep_controls,
        CheckpointReached: trainings.keep_checkpoints,
        TrainingLogged: trainings.keep_logs,
        QuestionAsked: answers.keep_questions,
        ConversationDeleted: answers.keep_deletions,
        AnswerAdvanced: answers.keep_steps,
        RowsFetched: answers.keep_rows,
        QuestionAnswered: answers.keep_answers,
        FeedbackGiven: answers.keep_feedback,
        FeedbackReviewed: answers.keep_reviews,
    }
)
