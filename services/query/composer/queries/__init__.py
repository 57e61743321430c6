"""What a question asks for, and how it is written as SQL: plans, joins, and the query."""
